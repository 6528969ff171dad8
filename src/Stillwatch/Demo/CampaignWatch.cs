using Stillwatch.Engine.Judgement;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Demo;

/// <summary>Asks a running gateway for its report every other second until it names a distillation campaign.</summary>
sealed class CampaignWatch(LiveEngine engine)
{
    static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <param name="named">Told of the first campaign, once.</param>
    /// <returns>Ends when a campaign was named, or when cancelled; never throws for that.</returns>
    public async Task RunAsync(Action<Campaign, Report> named, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Period, TimeProvider.System, cancellationToken);
                var report = await engine.ReportAsync(cancellationToken);
                if (Found(report) is { } campaign)
                {
                    named(campaign, report);
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the traffic has ended; the last report says the rest
        }
    }

    /// <summary>The report over everything that was kept and looked at.</summary>
    public static async Task<Report> LastAsync(LiveEngine engine, RecordingCounts counts, CancellationToken cancellationToken)
    {
        var seen = counts.Kept - counts.Undetected.Values.Sum();
        while (true)
        {
            var report = await engine.ReportAsync(cancellationToken);
            if (report.Input.Exchanges >= seen)
            {
                return report;
            }

            // A costly report is made anew after a rest only.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellationToken);
        }
    }

    public static Campaign? Found(Report report) => report.Campaigns.FirstOrDefault(campaign => campaign.Verdict == Verdict.Distillation);
}
