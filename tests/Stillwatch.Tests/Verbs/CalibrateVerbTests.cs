using System.Text.Json;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Tests.Verbs;

public sealed class CalibrateVerbTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-calibrate").FullName;
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task What_was_learned_of_a_log_a_scan_of_it_states_its_confidence_by_and_sees_no_drift()
    {
        Assert.Equal(0, await Run("simulate", "tiny", "--out", _directory, "--scale", "0.5", "--seed", "5"));
        File.WriteAllText(In("examples.jsonl"), ""); // nobody has decided on anything yet

        Assert.Equal(0, await Run("calibrate", In("exchanges.jsonl.gz"), "--accounts", In("accounts.jsonl"), "--examples", In("examples.jsonl"), "--days", "30", "--out", In("calibration.json")));
        Assert.Contains("taught nothing", _output.ToString(), StringComparison.Ordinal);
        var (learned, fault) = LearnedCalibration.Parse(File.ReadAllBytes(In("calibration.json")));
        Assert.Null(fault);

        Assert.Equal(0, await Run("scan", In("exchanges.jsonl.gz"), "--accounts", In("accounts.jsonl"), "--calibration", In("calibration.json"), "--out", In("report")));
        var report = JsonSerializer.Deserialize(File.ReadAllBytes(In("report/report.json")), ReportJson.Readable.Report)!;
        Assert.Equal(learned!.Unaccused, report.Calibration!.Unaccused);
        Assert.Equal((report.Input.From, report.Input.To), (learned.Profile.From, learned.Profile.To)); // 30 days were asked for and fewer are there
        Assert.False(report.Calibration.HasDrifted, string.Join(", ", report.Calibration.Drift));
    }

    [Theory]
    [InlineData("--days 0", "calibrate", "log.jsonl", "--days", "0")]
    [InlineData("cases export", "calibrate", "log.jsonl", "--examples", "/nowhere/examples.jsonl")]
    [InlineData("stillwatch calibrate", "scan", "log.jsonl", "--calibration", "/nowhere/calibration.json")]
    public async Task Wrong_usage_names_the_thing_and_the_cure(string says, params string[] arguments)
    {
        Assert.Equal(2, await Run(arguments));
        Assert.Contains(says, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"time":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat"}""")]
    [InlineData("""{"label":"campaign","evidence":[null]}""")]
    [InlineData("null")]
    [InlineData("hello")]
    public async Task Examples_that_are_none_are_named_by_file_and_line(string line)
    {
        File.WriteAllText(In("other.jsonl"), $"\n{line}\n");

        Assert.Equal(2, await Run("calibrate", In("log.jsonl"), "--examples", In("other.jsonl"), "--out", In("calibration.json")));
        Assert.Contains($"--examples {In("other.jsonl")}: line 2 is no decided case. Give what stillwatch cases export printed.", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_to_learn_from_is_said_as_such()
    {
        Assert.Equal(2, await Run("calibrate"));
        Assert.Contains("Nothing to learn from: name a LOG", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_little_traffic_teaches_nothing_and_writes_nothing()
    {
        File.WriteAllText(In("log.jsonl"), """{"time":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat","request":{"model":"m","messages":[{"role":"user","content":"x"}]}}""" + "\n");

        Assert.Equal(3, await Run("calibrate", In("log.jsonl"), "--out", In("calibration.json")));
        Assert.Contains("longer log", _error.ToString(), StringComparison.Ordinal);
        Assert.False(File.Exists(In("calibration.json")));
    }

    string In(string name) => Path.Combine(_directory, name);

    Task<int> Run(params string[] arguments) => CommandLine.RunAsync(arguments, _output, _error, TestContext.Current.CancellationToken);
}
