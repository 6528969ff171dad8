using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Scan;

public sealed class SplitLogTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-split-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_log_split_by_gateway_or_by_account_gives_the_same_bytes_for_any_number_of_shards()
    {
        var text = ScenarioReader.Find("tiny");
        SimulationWriter.Write(new Simulation(ScenarioReader.Read(text), new SimulationOptions { Seed = 3, Scale = 0.4 }), text, _directory, null, TestContext.Current.CancellationToken);
        var lines = Lines(Path.Combine(_directory, "exchanges.jsonl.gz"));
        var byGateway = Split(lines, "gateway", (_, i) => i % 3);
        var byAccount = Split(lines, "account", (line, _) => line.GetProperty("account").GetString()![^1] % 3);

        var whole = Scan([Path.Combine(_directory, "exchanges.jsonl.gz")], shards: 1);

        Assert.Contains("\"verdict\"", whole);
        Assert.Equal(whole, Scan(byGateway, shards: 2));
        Assert.Equal(whole, Scan(byAccount, shards: 8));
    }

    [Fact]
    public void The_log_cut_at_detection_and_scanned_again_gives_the_same_judgement()
    {
        var text = ScenarioReader.Find("tiny");
        SimulationWriter.Write(new Simulation(ScenarioReader.Read(text), new SimulationOptions { Seed = 5 }), text, _directory, null, TestContext.Current.CancellationToken);
        var log = Path.Combine(_directory, "exchanges.jsonl.gz");
        var campaigns = Report([log]).Campaigns.Where(c => c.Response >= Rung.Verify).ToList();

        Assert.NotEmpty(campaigns);
        foreach (var campaign in campaigns)
        {
            var cut = Path.Combine(_directory, "cut.jsonl");
            File.WriteAllLines(cut, Lines(log).Where(line =>
            {
                using var exchange = JsonDocument.Parse(line);
                return exchange.RootElement.GetProperty("time").GetDateTimeOffset() < campaign.DetectedAt;
            }));
            var again = Report([cut]).Campaigns.Where(c => c.Accounts.Intersect(campaign.Accounts).Count() >= 5);
            Assert.Contains(again, c => c.Verdict == campaign.Verdict && c.Response == campaign.Response);
        }
    }

    string Scan(IReadOnlyList<string> logs, int shards) => JsonSerializer.Serialize(Report(logs, shards), ReportJson.Readable.Report);

    Report Report(IReadOnlyList<string> logs, int shards = 2)
    {
        var inputs = new ScanInputs { Logs = logs, Accounts = Path.Combine(_directory, "accounts.jsonl"), Apps = Path.Combine(_directory, "apps.jsonl") };
        var settings = new DetectorSettings { Shards = shards, MemoryBytes = 64 << 20 };
        return ScanRun.Run(inputs, settings, DetectionKey.FromText("split"), cancellationToken: TestContext.Current.CancellationToken).Report;
    }

    List<string> Split(List<string> lines, string name, Func<JsonElement, int, int> part)
    {
        var parts = new[] { new StringBuilder(), new StringBuilder(), new StringBuilder() };
        for (var i = 0; i < lines.Count; i++)
        {
            using var line = JsonDocument.Parse(lines[i]);
            parts[part(line.RootElement, i)].Append(lines[i]).Append('\n');
        }

        var paths = parts.Select((_, i) => Path.Combine(_directory, $"{name}-{i}.jsonl")).ToList();
        for (var i = 0; i < parts.Length; i++)
        {
            File.WriteAllText(paths[i], parts[i].ToString());
        }

        return paths;
    }

    static List<string> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
