namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>The windows, and what is counted in them while trials are on. Not thread-safe: the desk's lock guards it.</summary>
sealed class DisplacementWatch(DisplacementPolicy policy, long phaseMs, DateTimeOffset now)
{
    readonly long _lengthMs = (long)policy.Length.TotalMilliseconds;

    public DisplacementPolicy Policy => policy;

    public WindowCounts Control { get; } = new();

    public Dictionary<string, WatchedAccount> Accounts { get; set; } = [];

    /// <summary>Accounts under any response: neither siblings nor control, unless watched.</summary>
    public HashSet<string> Suspects { get; set; } = [];

    public long Latest { get; set; } = (now.ToUnixTimeMilliseconds() - phaseMs) / (long)policy.Length.TotalMilliseconds;

    public long WindowOf(DateTimeOffset at) => (at.ToUnixTimeMilliseconds() - phaseMs) / _lengthMs;

    public DateTimeOffset StartOf(long window) => DateTimeOffset.FromUnixTimeMilliseconds((window * _lengthMs) + phaseMs);
}
