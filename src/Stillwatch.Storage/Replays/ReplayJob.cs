namespace Stillwatch.Storage.Replays;

public enum ReplayState
{
    Running,
    Done,
    Failed,
    Cancelled,
}

/// <summary>A replay of an edited policy that a server runs, or ran.</summary>
/// <param name="Id"><c>rpl_…</c>; sorts by time.</param>
/// <param name="By">Who started it.</param>
/// <param name="Policy">The edited policy's text, as it was given.</param>
/// <param name="SketchesRead">Step one: detection.</param>
/// <param name="ExchangesRead">Step two: levels and limits.</param>
/// <param name="Total">Exchanges in the log, for both steps; an upper bound.</param>
/// <param name="Says">What went wrong; null otherwise.</param>
/// <param name="Report">Null until it is done.</param>
public sealed record ReplayJob(
    string Id, ReplayState State, string By, DateTimeOffset Started, DateTimeOffset? Ended, int Days, string PolicyHash, string Policy, long SketchesRead, long ExchangesRead,
    long Total, string? Says, ReplayReport? Report)
{
    /// <summary>How much of the work is done, 0 to 1.</summary>
    public double ProgressRatio => State == ReplayState.Done ? 1 : Total == 0 ? 0 : Math.Min(1, (SketchesRead + ExchangesRead) / (2.0 * Total));
}
