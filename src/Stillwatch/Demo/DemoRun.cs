using System.Globalization;
using Microsoft.Extensions.Logging;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Gateway.Recording;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Verbs;

namespace Stillwatch.Demo;

/// <summary>What came of a demonstration.</summary>
/// <param name="Counts">The gateway's own count of the exchanges.</param>
/// <param name="Odd">Requests the gateway did not serve as the simulated model answered them.</param>
sealed record DemoOutcome(Report Report, RecordingCounts Counts, long Odd);

/// <summary>Sends the scenario <c>tiny</c> through a gateway over HTTP on loopback and watches it being found.</summary>
/// <param name="directory">Where the records go.</param>
/// <param name="data">The gateway's data directory.</param>
sealed class DemoRun(string directory, string data, TextWriter error)
{
    const string Scenario = "tiny";

    /// <exception cref="IOException">A directory cannot be written, or a port cannot be had.</exception>
    /// <exception cref="OperationCanceledException">Stopped, or out of patience.</exception>
    public async Task<DemoOutcome> RunAsync(CancellationToken cancellationToken)
    {
        var text = ScenarioReader.Find(Scenario);

        // A log may leave answers out; over HTTP each request gets one.
        var simulation = new Simulation(ScenarioReader.Read(text) with { ResponseContentRatio = 1 }, new SimulationOptions());
        SimulationWriter.WriteRecords(simulation, text, directory);
        using var logs = LoggerFactory.Create(logs => logs.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft", LogLevel.Error)
            .AddSimpleConsole(line => line.SingleLine = true)
            .AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        await using var world = await SimulatedWorld.StartAsync(simulation, directory, data, logs, logContent: false, cancellationToken);
        error.WriteLine($"Gateway: data={world.Gateway.DataAddress} admin={world.Gateway.AdminAddress} (while the demonstration runs)");
        error.WriteLine($"Sending {simulation.PlannedExchanges:N0} exchanges of the scenario {Scenario} through it, records in {directory}");
        await SendAsync(simulation, world, cancellationToken);
        var counts = world.Gateway.Parts.Recorder.Counts;
        var report = await CampaignWatch.LastAsync(world.Gateway.Engine, counts, cancellationToken);
        return new DemoOutcome(report, counts, world.Traffic.Odd);
    }

    async Task SendAsync(Simulation simulation, SimulatedWorld world, CancellationToken cancellationToken)
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
                simulation.Exchanges().Select(simulated => simulated.Exchange),
                done => line.Report(done, simulation.PlannedExchanges),
                cancellationToken: cancellationToken);
        }
        finally
        {
            line.End();
            await sent.CancelAsync();
            await watching;
        }
    }

    static string Hours(Report report, Simulation simulation) =>
        string.Create(CultureInfo.InvariantCulture, $"{(report.Input.To - simulation.Scenario.Start)?.TotalHours:0.0} hours");
}
