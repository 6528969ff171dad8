namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>Settled exchanges by window of equal length, the latest <see cref="Kept"/> windows. Not thread-safe.</summary>
sealed class WindowCounts
{
    /// <summary>Windows kept: ten hours of ten minutes.</summary>
    public const int Kept = 64;

    readonly int[] _counts = new int[Kept];
    long _latest = long.MinValue;

    /// <summary>Counts one exchange; one of a window long past is let go.</summary>
    public void Add(long window)
    {
        if (window > _latest)
        {
            Forget(window);
        }

        if (window > _latest - Kept)
        {
            _counts[SlotOf(window)]++;
        }
    }

    /// <summary>0 for a window that is too old or has not begun.</summary>
    public int this[long window] => window > _latest || window <= _latest - Kept ? 0 : _counts[SlotOf(window)];

    void Forget(long window)
    {
        for (var w = Math.Max(_latest, window - Kept) + 1; w <= window; w++)
        {
            _counts[SlotOf(w)] = 0;
        }

        _latest = window;
    }

    static int SlotOf(long window) => (int)((window % Kept + Kept) % Kept);
}
