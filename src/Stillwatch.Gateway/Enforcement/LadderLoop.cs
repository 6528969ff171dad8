using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Enforcement.Displacement;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage;
using Stillwatch.Storage.Findings;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>Looks at what detection holds at the policy's pace and lets the ladder act on it; plans trials and hands their findings back to detection.</summary>
sealed partial class LadderLoop : IAsyncDisposable
{
    const int LooksPerTrial = 8; // a window seen too late is not begun

    readonly CancellationTokenSource _stop = new();
    readonly Task _running;

    /// <param name="eventTime">Dates what is decided.</param>
    /// <param name="time">Paces the looks.</param>
    public LadderLoop(
        LiveEngine engine, Ladder ladder, DisplacementDesk displacement, FindingLog findings, Func<AccessPolicy> policy, TimeProvider eventTime, TimeProvider time,
        ILogger log)
    {
        _running = Task.Run(RunAsync);

        async Task RunAsync()
        {
            var judgedAt = time.GetTimestamp();
            while (true)
            {
                var (rules, trials) = (policy(), policy().Displacement);
                var pace = rules.Responses.JudgeEvery;
                try
                {
                    await Task.Delay(trials.IsOn && trials.Length / LooksPerTrial < pace ? trials.Length / LooksPerTrial : pace, time, _stop.Token);
                    if (time.GetElapsedTime(judgedAt) >= pace)
                    {
                        judgedAt = time.GetTimestamp();
                        ladder.Apply(await engine.ReportAsync(_stop.Token), eventTime.GetUtcNow());
                    }

                    displacement.Plan(ladder.Map.All, trials, eventTime.GetUtcNow());
                    while (displacement.TryTake(out var finding))
                    {
                        if (!findings.Add(finding))
                        {
                            LogFindingLost(log);
                        }

                        engine.Learn(finding);
                    }
                }
                catch (OperationCanceledException) when (_stop.IsCancellationRequested)
                {
                    return;
                }
#pragma warning disable CA1031 // whatever goes wrong in one round, the responses in force stay and the next round has its chance
                catch (Exception e)
#pragma warning restore CA1031
                {
                    LogRoundFailed(log, e);
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [LoggerMessage(1795, LogLevel.Error, "A round of the ladder failed; what is in force stays")]
    static partial void LogRoundFailed(ILogger log, Exception e);

    [LoggerMessage(1796, LogLevel.Warning, "A finding of a displacement trial could not be kept: the file is full")]
    static partial void LogFindingLost(ILogger log);
}
