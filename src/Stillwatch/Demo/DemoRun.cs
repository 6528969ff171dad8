using System.Globalization;
using Microsoft.Extensions.Logging;
using Stillwatch.Console;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Pages;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Verbs;

namespace Stillwatch.Demo;

/// <summary>What came of a demonstration.</summary>
/// <param name="Counts">The gateway's own count of the exchanges.</param>
/// <param name="Contained">Accounts of the simulated campaigns under an enforced restriction at the end.</param>
/// <param name="Malicious">Accounts of the simulated campaigns.</param>
/// <param name="Wronged">Lawful accounts under an enforced restriction at the end.</param>
/// <param name="Odd">Requests of lawful accounts that were not answered as the simulated model answered them.</param>
sealed record DemoOutcome(Report Report, RecordingCounts Counts, int Contained, int Malicious, int Wronged, long Odd);

/// <summary>Sends the scenario <c>tiny</c> through a gateway over HTTP on loopback, under a policy that restricts, with the console to watch it by.</summary>
/// <param name="directory">Where the records go.</param>
/// <param name="data">The gateway's data directory.</param>
/// <param name="isWatched">Somebody sits before it: the traffic takes its time, and the console stays open when it has ended, until cancelled.</param>
sealed class DemoRun(string directory, string data, bool isWatched, TextWriter error)
{
    const string Scenario = "tiny";

    /// <summary>At full speed the campaign would be over before the console is open.</summary>
    const int WatchedPerSecond = 320;

    /// <summary>Restricts what is sure, and looks often: a simulated day passes in half a minute. The prices are made up, like the models.</summary>
    internal const string PolicyText = """
        mode: enforce
        verify_url: https://verify.example/start
        responses:
          judge_every: 1s
        limits:
          prices:
            - {models: "model-large*", input_usd_per_million: 3, output_usd_per_million: 15, cache_read_usd_per_million: 0.3, cache_write_usd_per_million: 3.75}
            - {models: "*", input_usd_per_million: 0.8, output_usd_per_million: 4, cache_read_usd_per_million: 0.08, cache_write_usd_per_million: 1}
          rules:
            - {name: ring, per: ring, requests: 30/h}

        """;

    long _odd;

    /// <param name="ended">Told of the outcome when the traffic has ended; the console may stay open after that.</param>
    /// <exception cref="IOException">A directory cannot be written, or a port cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped, or out of patience, before the end of the traffic.</exception>
    public async Task RunAsync(Action<DemoOutcome> ended, CancellationToken patience, CancellationToken stop)
    {
        var text = ScenarioReader.Find(Scenario);

        // A log may leave answers out; over HTTP each request gets one.
        var simulation = new Simulation(ScenarioReader.Read(text) with { ResponseContentRatio = 1 }, new SimulationOptions());
        SimulationWriter.WriteRecords(simulation, text, directory);
        var policyPath = Path.Combine(directory, "policy.yaml");
        File.WriteAllText(policyPath, PolicyText);
        var policy = PolicyReader.Read(policyPath, _ => null).Policy!;
        using var logs = LoggerFactory.Create(logs => logs.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft", LogLevel.Error)
            .AddFilter("Stillwatch.Gateway", LogLevel.Error) // the ladder's steps are what the console shows
            .AddSimpleConsole(line => line.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await using var world = await SimulatedWorld.StartAsync(
            simulation, directory, data, logs, logContent: false, patience, policy, pages: ConsolePages.With(new ConsoleSettings(), TimeProvider.System));
        error.WriteLine($"Gateway: data={world.Gateway.DataAddress} admin={world.Gateway.AdminAddress}");
        error.WriteLine($"Console: {world.Gateway.Invitation?.Replace("console: ", "")}");
        error.WriteLine($"Sending {simulation.PlannedExchanges:N0} exchanges of the scenario {Scenario} through it, records in {directory}");
        var malicious = simulation.Truth.Where(truth => truth.Malicious).Select(truth => truth.Account).ToHashSet(StringComparer.Ordinal);
        await SendAsync(simulation, world, malicious, patience);
        var counts = world.Gateway.Parts.Recorder.Counts;
        var report = await CampaignWatch.LastAsync(world.Gateway.Engine, counts, patience);
        var restricted = world.Gateway.Parts.Ladder.Apply(report, world.Clock.GetUtcNow()).All
            .Where(held => held.Value.Rung >= Rung.Shape).Select(held => held.Key).ToList();
        var contained = restricted.Count(malicious.Contains);
        ended(new DemoOutcome(report with { Mode = "enforce" }, counts, contained, malicious.Count, restricted.Count - contained, Interlocked.Read(ref _odd)));
        if (isWatched)
        {
            error.WriteLine("The traffic has ended; the console stays open. Ctrl-C ends it.");
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    async Task SendAsync(Simulation simulation, SimulatedWorld world, HashSet<string> malicious, CancellationToken cancellationToken)
    {
        using var sent = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = new CampaignWatch(world.Gateway.Engine).RunAsync(
            (campaign, report) => error.WriteLine(
                $"Named at {report.Input.Exchanges:N0} of {simulation.PlannedExchanges:N0} exchanges, {Hours(report, simulation)} into the traffic: " +
                $"{campaign.Id}, {Figures.Count(campaign.Accounts.Count, "account")}, {Figures.Percent(campaign.Confidence)}"),
            sent.Token);
        var line = new ProgressLine(error, "exchanges sent");
        try
        {
            await world.Traffic.SendAsync(
                Paced(simulation.Exchanges().Select(simulated => simulated.Exchange), cancellationToken),
                done => line.Report(done, simulation.PlannedExchanges),
                answered: (exchange, status) =>
                {
                    if (status / 100 == 2 != (exchange.Response is not null) && !malicious.Contains(exchange.Account))
                    {
                        Interlocked.Increment(ref _odd);
                    }
                },
                cancellationToken: cancellationToken);
        }
        finally
        {
            line.End();
            await sent.CancelAsync();
            await watching;
        }
    }

    IEnumerable<Exchange> Paced(IEnumerable<Exchange> exchanges, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        var sent = 0L;
        foreach (var exchange in exchanges)
        {
            if (isWatched && ++sent % 16 == 0)
            {
                var early = TimeSpan.FromSeconds(sent / (double)WatchedPerSecond) - TimeProvider.System.GetElapsedTime(start);
                if (early > TimeSpan.FromMilliseconds(1))
                {
                    cancellationToken.WaitHandle.WaitOne(early);
                }
            }

            yield return exchange;
        }
    }

    static string Hours(Report report, Simulation simulation) =>
        string.Create(CultureInfo.InvariantCulture, $"{(report.Input.To - simulation.Scenario.Start)?.TotalHours:0.0} hours");
}
