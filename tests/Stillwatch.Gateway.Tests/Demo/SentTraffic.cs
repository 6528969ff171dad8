using System.Buffers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Demo;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Tests.Demo;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Storage;

[assembly: AssemblyFixture(typeof(SentTraffic))]

namespace Stillwatch.Gateway.Tests.Demo;

/// <summary>
/// A small scenario sent through a real gateway once, over HTTP, with content logged; what the gateway said while it ran, and the
/// directory it left.
/// </summary>
public sealed class SentTraffic : IDisposable
{
    const double Scale = 0.4;

    readonly TemporaryDirectory _temporary = new();
    readonly Lazy<Task<SentResult>> _sending;

    public SentTraffic() => _sending = new Lazy<Task<SentResult>>(SendAsync);

    internal Task<SentResult> ResultAsync() => _sending.Value;

    public void Dispose() => _temporary.Dispose();

    async Task<SentResult> SendAsync()
    {
        var text = ScenarioReader.Find("tiny");
        var simulation = new Simulation(ScenarioReader.Read(text) with { ResponseContentRatio = 1 }, new SimulationOptions { Scale = Scale });
        var records = Path.Combine(Path.GetDirectoryName(_temporary.Path)!, "records");
        SimulationWriter.WriteRecords(simulation, text, records);
        var log = Path.Combine(records, "exchanges.jsonl");
        await using var world = await SimulatedWorld.StartAsync(
            simulation, records, _temporary.Path, NullLoggerFactory.Instance, logContent: true, CancellationToken.None);
        using (var writer = new ExchangeWriter())
        await using (var file = File.Create(log))
        {
            var line = new ArrayBufferWriter<byte>();

            // The gateway issues ids of its own; no request states a log's app, or that it is one of a batch.
            void Accepted(Exchange exchange, string requestId)
            {
                line.ResetWrittenCount();
                writer.Write(exchange with { Id = $"ex_{requestId[4..]}", App = null, Batch = false }, line);
                file.Write(line.WrittenSpan);
            }

            await world.Traffic.SendAsync(simulation.Exchanges().Select(simulated => simulated.Exchange), _ => { }, Accepted);
        }

        var counts = world.Gateway.Parts.Recorder.Counts;
        var live = await CampaignWatch.LastAsync(world.Gateway.Engine, counts, CancellationToken.None);
        using var operatorClient = new HttpClient();
        var served = await operatorClient.GetStringAsync(new Uri(world.Gateway.AdminAddress, "/api/v1/report"));
        return new SentResult(
            simulation.PlannedExchanges, world.Traffic.Odd, counts, Json(live), Json(JsonSerializer.Deserialize(served, ReportJson.Default.Report)!),
            records, _temporary.Path, log);
    }

    internal static string Json(Report report) => JsonSerializer.Serialize(report, ReportJson.Readable.Report);
}

/// <param name="Live">The report of the engine's own, as JSON.</param>
/// <param name="Served">The report the admin API gave.</param>
/// <param name="Log">The simulation's log, with the ids that the gateway issued.</param>
sealed record SentResult(long Planned, long Odd, RecordingCounts Counts, string Live, string Served, string Records, string Data, string Log)
{
    public DetectionKey Key()
    {
        using var directory = DataDirectory.Look(Data);
        return new DetectionKey(directory.DetectionKey());
    }
}
