namespace Stillwatch.Demo;

/// <summary>
/// The time of day of a simulated world: it stands still until it is set. Timers and durations stay those of this machine. Thread-
/// safe.
/// </summary>
sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    long _ticks = start.UtcTicks;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public void Set(DateTimeOffset now) => Interlocked.Exchange(ref _ticks, now.UtcTicks);
}
