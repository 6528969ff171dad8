using System.CommandLine;
using System.IO.Compression;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Verbs;

namespace Stillwatch.Tests.Simulator;

public sealed class VerbTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-verbs").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_simulate_writes_a_perfect_report_scores_perfectly_on()
    {
        var (code, output, _) = Run(SimulateVerb.Create(), "tiny", "--out", _directory, "--scale", "0.2", "--seed", "9", "--json");
        Assert.Equal(0, code);
        Assert.True(JsonDocument.Parse(output).RootElement.GetProperty("exchanges").GetInt64() > 1000);
        var truth = File.ReadLines(Path.Combine(_directory, "truth.jsonl")).Select(line => JsonSerializer.Deserialize(line, TruthJson.Default.AccountTruth)!).ToList();
        var firsts = FirstExchanges();
        var campaigns = truth.Where(item => item.Malicious).GroupBy(item => item.Class).ToList();
        var report = Reports.Of(
            [.. campaigns.Select(group => Reports.Campaign(group.Key, group.First().Verdict!.Value, group.Min(item => firsts[item.Account]), [.. group.Select(item => item.Account)]))],
            [.. campaigns.SelectMany(group => group.Select(item => Reports.Account(item.Account, group.Key, 0.99, firsts[item.Account], Rung.Shape)))]);
        File.WriteAllText(Path.Combine(_directory, "report.json"), JsonSerializer.Serialize(report, ReportJson.Readable.Report));

        string[] arguments = ["--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"), "--plot", In("plot.svg")];
        (code, output, _) = Run(EvaluateVerb.Create(), [.. arguments, "--json"]);
        Assert.Equal(0, code);
        var result = JsonSerializer.Deserialize(output, EvaluationJson.Default.EvaluationResult)!;
        Assert.All(result.Campaigns, score => Assert.Equal((1.0, 0L, 0L), (score.RecallRatio, score.LostBeforeOwn, score.LostBeforeAlarm)));
        Assert.Equal((1.0, 1.0), (result.CampaignPrecisionRatio, result.AccountPrecisionRatio));
        Assert.All(result.Classes, score => Assert.Equal(0, score.Restricted + score.Verified));
        Assert.StartsWith("<svg", File.ReadAllText(In("plot.svg")));

        File.WriteAllText(In("first.json"), output);
        (code, output, _) = Run(EvaluateVerb.Create(), "--pool", In("first.json"), In("first.json"));
        Assert.Equal(0, code);
        Assert.Contains("2 runs", output);

        // Somebody else's log: the report may be perfect, the comparison cannot be trusted.
        File.WriteAllLines(In("other.jsonl"), ["""{"id":"x","time":"2026-02-02T00:00:00Z","account":"stranger"}"""]);
        (code, _, var error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("other.jsonl"));
        Assert.Equal(3, code);
        Assert.Contains("is this the log", error);

        File.WriteAllText(In("none.jsonl"), "");
        (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("none.jsonl"));
        Assert.Equal(3, code);
        Assert.Contains("none.jsonl: holds no line", error);
    }

    [Fact]
    public void A_report_that_breaks_a_rule_is_not_scored_and_one_of_another_input_is_with_a_doubt()
    {
        Assert.Equal(0, Run(SimulateVerb.Create(), "tiny", "--out", _directory, "--scale", "0.1").Code);
        var (account, first) = FirstExchanges().MaxBy(pair => pair.Value);
        string Report(string input, DateTimeOffset at)
            => $$$"""{"input":{{{input}}},"campaigns":[{"id":"1","verdict":"resale","detected_at":"{{{at:O}}}","accounts":["{{{account}}}"]}],"accounts":[{"account":"{{{account}}}","campaign":"1","response":"verify"}]}""";
        (int Code, string Output, string Error) Evaluate(string report, string log)
        {
            File.WriteAllText(In("report.json"), report);
            return Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In(log));
        }

        Assert.Equal(0, Evaluate(Report("{}", first), "exchanges.jsonl.gz").Code);
        var (code, output, error) = Evaluate(Report("{}", first.AddHours(-1)), "exchanges.jsonl.gz");
        Assert.Equal((3, ""), (code, output));
        Assert.Contains("campaigns[0].detected_at", error);
        Assert.Contains("accounts[0].detected_at", error);

        (code, output, error) = Evaluate(Report("{\"exchanges\":7}", first), "exchanges.jsonl.gz");
        Assert.Equal(3, code);
        Assert.Contains("Recall, by campaign", output);
        Assert.Contains("input is 7 exchanges", error);

        // Half of a log has fewer accounts than its truth.
        File.WriteAllLines(In("half.jsonl"), ReadLog().Take(100));
        (code, output, error) = Evaluate("""{"campaigns":[],"accounts":[]}""", "half.jsonl");
        Assert.Equal(3, code);
        Assert.Contains("Recall, by campaign", output);
        Assert.Contains("is this the whole log of that simulation?", error);
    }

    [Fact]
    public void What_a_scan_writes_keeps_the_rules()
    {
        Assert.Equal(0, Run(SimulateVerb.Create(), "tiny", "--out", _directory, "--scale", "0.5").Code);
        Assert.Equal(0, Run(ScanVerb.Create(), In("exchanges.jsonl.gz"), "--accounts", In("accounts.jsonl"), "--apps", In("apps.jsonl"), "--out", In("found")).Code);
        var (code, output, error) = Run(EvaluateVerb.Create(), "--report", In("found/report.json"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"), "--json");
        Assert.True(code == 0, error);
        Assert.Contains(JsonSerializer.Deserialize(output, EvaluationJson.Default.EvaluationResult)!.Campaigns, score => score.Found > 0);
    }

    [Theory]
    [InlineData("no such scenario", "nowhere")]
    [InlineData("--scale", "tiny", "--scale", "0")]
    [InlineData("no such directory", "tiny", "--corpus", "/nowhere")]
    [InlineData("--corpus DIR", "tiny", "--exclude-source", "x*")]
    public void Wrong_usage_of_simulate_names_the_thing_and_the_cure(string expected, params string[] arguments)
    {
        var (code, _, error) = Run(SimulateVerb.Create(), [.. arguments, "--out", In("never")]);
        Assert.Equal(2, code);
        Assert.Contains(expected, error);
        Assert.False(File.Exists(In("never/exchanges.jsonl.gz")));
    }

    [Theory]
    [InlineData("hours: 3\n")]
    [InlineData("- a\n")]
    [InlineData("a: [\n")]
    public void A_faulty_scenario_is_named_by_its_file(string text)
    {
        File.WriteAllText(In("mine.yaml"), text);
        var (code, _, error) = Run(SimulateVerb.Create(), In("mine.yaml"), "--out", In("never"));
        Assert.Equal(2, code);
        Assert.Contains($"Scenario {In("mine.yaml")}:", error);
    }

    [Fact]
    public void Wrong_usage_of_evaluate_names_the_thing_and_the_cure()
    {
        var (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"));
        Assert.Equal(2, code);
        Assert.Contains("--truth", error);
        (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("a"), "--truth", In("b"), "--log", In("c"));
        Assert.Equal(2, code);
        Assert.Contains(In("a"), error);
        File.WriteAllText(In("bad.json"), "{\"version\":");
        (code, _, error) = Run(EvaluateVerb.Create(), "--pool", In("bad.json"));
        Assert.Equal(3, code);
        Assert.Contains("bad.json line 1", error);
    }

    [Fact]
    public void The_worked_example_of_the_benchmark_is_a_detector_that_evaluate_scores()
    {
        var page = File.ReadAllText(Path.Combine(Conventions.Repository.Root, "docs", "benchmark.md"));
        var begin = page.IndexOf("```python\n", StringComparison.Ordinal) + "```python\n".Length;
        var script = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
        Assert.InRange(script.Count(letter => letter == '\n'), 15, 30);
        File.WriteAllText(In("rule.py"), script);
        Assert.Equal(0, Run(SimulateVerb.Create(), "tiny", "--out", _directory).Code);
        if (!Python(In("rule.py"), _directory))
        {
            Assert.Skip("No python3 on this machine: the example is in Python.");
        }

        var (code, output, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"), "--json");
        Assert.True(code == 0, error);
        var result = JsonSerializer.Deserialize(output, EvaluationJson.Default.EvaluationResult)!;
        // Shared cards find some of a campaign, and households and purchasing departments with it.
        Assert.All(result.Campaigns, score => Assert.InRange(score.RecallRatio, 0.2, 0.95));
        Assert.True(result.Classes.Sum(score => score.Verified) > 0);
        Assert.All(result.Campaigns, score => Assert.True(score.LostBeforeOwn < score.Exchanges));
        Assert.NotEmpty(result.Costs);
    }

    [Fact]
    public void What_is_no_report_or_no_truth_is_refused_with_the_fault_in_it()
    {
        Assert.Equal(0, Run(SimulateVerb.Create(), "tiny", "--out", _directory, "--scale", "0.1").Code);
        File.WriteAllText(In("report.json"), "{\"campaigns\":[],\"accounts\":[]}");
        var (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("accounts.jsonl"), "--log", In("exchanges.jsonl.gz"));
        Assert.Equal(3, code);
        Assert.Contains("accounts.jsonl line 1: class '' begins neither", error);
        (code, _, error) = Run(EvaluateVerb.Create(), "--ablate", "--truth", In("accounts.jsonl"), "--log", In("exchanges.jsonl.gz"));
        Assert.Equal(3, code);
        Assert.Contains("accounts.jsonl line 1: class '' begins neither", error);
        (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("truth.jsonl"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"));
        Assert.Equal(3, code);
        Assert.Contains("truth.jsonl line 2: no JSON", error);
        File.WriteAllText(In("scenario.yaml"), "name: x\n");
        (code, _, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"));
        Assert.Equal(3, code);
        Assert.Contains("take the file away to evaluate without costs", error);
        File.Delete(In("scenario.yaml"));
        (code, var output, error) = Run(EvaluateVerb.Create(), "--report", In("report.json"), "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"));
        Assert.True(code == 0, error);
        Assert.DoesNotContain("Cost of 1,000", output);
    }

    static bool Python(string script, string directory)
    {
        try
        {
            using var process = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("python3", [script, directory]))!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return true;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    [Fact]
    public void Ablation_scans_anew_without_each_part_of_the_evidence()
    {
        Assert.Equal(0, Run(SimulateVerb.Create(), "tiny", "--out", _directory, "--scale", "0.5").Code);
        string[] arguments = ["--ablate", "--truth", In("truth.jsonl"), "--log", In("exchanges.jsonl.gz"), "--accounts", In("accounts.jsonl"), "--apps", In("apps.jsonl")];
        var (code, output, error) = Run(EvaluateVerb.Create(), [.. arguments, "--json"]);
        Assert.Equal(0, code);
        Assert.Contains("without intent-cues", error);
        var rows = JsonDocument.Parse(output).RootElement.EnumerateArray().ToDictionary(
            row => row.GetProperty("without").GetString() ?? "", row => row.GetProperty("result").GetProperty("campaigns").EnumerateArray().Sum(score => score.GetProperty("found").GetInt32()));
        Assert.Equal(["", "intent-cues", "identity-and-money", "infrastructure", "time", "content", "own-output"], rows.Keys);
        Assert.True(rows[""] > 0);
        Assert.True(rows["content"] < rows[""], "what is asked carries nothing");
    }

    [Fact]
    public void Ablation_without_a_truth_names_what_it_needs()
    {
        var (code, _, error) = Run(EvaluateVerb.Create(), "--ablate", "--log", In("exchanges.jsonl.gz"));
        Assert.Equal(2, code);
        Assert.Contains("--truth", error);
    }

    // In the order of its lines, so the first of each account comes first.
    Dictionary<string, DateTimeOffset> FirstExchanges()
    {
        var firsts = new Dictionary<string, DateTimeOffset>();
        foreach (var line in ReadLog())
        {
            Assert.True(LogEntry.TryRead(System.Text.Encoding.UTF8.GetBytes(line), out var entry));
            firsts.TryAdd(entry.Account, DateTimeOffset.FromUnixTimeMilliseconds(entry.TimeMs));
        }

        return firsts;
    }

    IEnumerable<string> ReadLog()
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(In("exchanges.jsonl.gz")), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    string In(string name) => Path.Combine(_directory, name);

    static (int Code, string Output, string Error) Run(Command verb, params IReadOnlyList<string> arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = verb.Parse(arguments).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
