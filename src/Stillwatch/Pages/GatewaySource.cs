using System.Runtime.CompilerServices;
using Stillwatch.Console.Live;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Pages;

/// <summary>A running gateway as the console sees it: what is held, what is counted, what changes. Thread-safe.</summary>
sealed class GatewaySource(GatewayHost gateway) : IConsoleSource
{
    const int NewsPerLook = 64;

    readonly Lock _lock = new(); // guards the last answer
    (Report Engine, CasePicture Cases, PolicyMode Mode, Report Shown)? _last;

    public async Task<Held> HeldAsync(CancellationToken cancellationToken)
    {
        var held = await gateway.Engine.HeldAsync(cancellationToken);
        return new Held(Shown(held.Report), held.LogRow, held.IsCurrent);
    }

    public Traffic Traffic()
    {
        var counts = gateway.Parts.Recorder.Counts;
        return new Traffic(counts.Received, counts.Kept, counts.Waiting, counts.Dropped, counts.Undetected, counts.Refused);
    }

    public Health Health()
    {
        var now = gateway.Parts.EventTime.GetUtcNow();
        var restricted = gateway.Parts.Responses.All.Values.Where(response => now < response.Until).CountBy(response => response.Rung).ToDictionary();
        return new Health(
            ExchangeRecorder.QueueLength, gateway.Log.Reader.LastRow(), Faults(), gateway.Parts.Policy.Policy.Mode == PolicyMode.Enforce, restricted);
    }

    public async IAsyncEnumerable<News> NewsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var board = gateway.Engine.Changes;
        var seen = board.Newest;
        while (true)
        {
            var changes = board.After(seen, NewsPerLook, out var missed, out var news);
            if (missed > 0)
            {
                seen = board.Newest; // the pages show what is held anyway; only its history has a gap
                continue;
            }

            foreach (var (number, change) in changes)
            {
                seen = number;
                yield return new News(change.At, change.Kind.ToString().ToLowerInvariant(), change.Campaign, change.Verdict, change.Response, change.Says);
            }

            if (changes.Count == 0)
            {
                await news.WaitAsync(cancellationToken);
            }
        }
    }

    Report Shown(Report report)
    {
        var (cases, mode) = (gateway.CaseLog.Picture, gateway.Parts.Policy.Policy.Mode);
        lock (_lock)
        {
            if (_last is not { } last || !ReferenceEquals(last.Engine, report) || !ReferenceEquals(last.Cases, cases) || last.Mode != mode)
            {
                _last = last = (report, cases, mode, CaseOverlay.Apply(report, cases) with { Mode = mode.ToString().ToLowerInvariant() });
            }

            return last.Shown;
        }
    }

    IReadOnlyList<string> Faults()
    {
        var circuits = gateway.Parts.State.Upstreams.SelectMany(upstream => upstream.Replicas.Where(replica => replica.IsOpen)
            .Select(_ => $"A replica of upstream {upstream.Config.Name} fails and is left out for now."));
        return [.. circuits];
    }
}
