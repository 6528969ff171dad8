using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Tests.Scan;

namespace Stillwatch.Tests.Verbs;

/// <summary>The command line as a script sees it: exit codes, what goes to which stream, what a report holds.</summary>
public sealed class CommandLineTests : IDisposable
{
    readonly LogFolder _logs = new();
    readonly StringWriter _output = new();
    readonly StringWriter _error = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("scan LOG --acounts F", "--acounts; did you mean --accounts?")]
    [InlineData("scan LOG --zzzzzzzz", "Unknown option --zzzzzzzz.")]
    [InlineData("scan", "LOG")]
    [InlineData("", "command")]
    [InlineData("frobnicate", "frobnicate")]
    [InlineData("scan LOG --shards 0", "--shards 0: must be 1 to 64")]
    [InlineData("scan LOG --shards many", "--shards many: must be a whole number.")]
    [InlineData("scan LOG --shards 99999999999", "--shards 99999999999: must be a smaller number.")]
    [InlineData("accounts grant-licence a --purpose p --reason r --until 2028", "--until 2028: must be a day such as 2027-12-31.")]
    [InlineData("simulate tiny --out x --seed abc", "--seed abc: must be a whole number, 0 or more.")]
    [InlineData("calibrate LOG --days x", "--days x: must be a number.")]
    [InlineData("accounts set a --reason r --level wizard", "--level wizard: must be one of none, contact, payment, person, organization.")]
    [InlineData("accounts set a", "stillwatch accounts set --help")]
    [InlineData("campaigns list --verdict evil", "stillwatch campaigns list --help")]
    [InlineData("campaigns show", "stillwatch campaigns show --help")]
    [InlineData("people link", "stillwatch people link --help")]
    [InlineData("scan --data DIR", "is no data directory")]
    [InlineData("scan LOG --accounts DIR", "is a directory: name the file in it")]
    [InlineData("scan LOG --policy DIR", "it is a directory; name a file in it")]
    [InlineData("scan LOG --policy no-such-file", "cannot be read: there is no such file")]
    [InlineData("scan LOG --calibration LOG", "is no calibration (line 1)")]
    [InlineData("evaluate --report LOG --truth LOG --log DIR", "is a directory; name the files in it.")]
    [InlineData("scan LOG --memory plenty", "--memory plenty: must be a size")]
    [InlineData("scan LOG --memory 999TiB", "at most what this machine has")]
    [InlineData("scan LOG --memory 1MiB", "at least 64MiB")]
    [InlineData("scan LOG --policy LOG", "--policy")]
    [InlineData("scan LOG --key LOG", "head -c 32 /dev/urandom")]
    [InlineData("scan LOG --accounts no-such-file", "no-such-file")]
    [InlineData("scan no-such-log", "no-such-log")]
    public async Task Wrong_usage_is_2_and_names_the_thing_and_the_cure(string line, string said)
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));

        Assert.Equal(2, await Run(line.Replace("LOG", _logs["log.jsonl"], StringComparison.Ordinal).Replace("DIR", Directory.CreateDirectory(_logs["empty"]).FullName, StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(said, _error.ToString().Replace(_logs["log.jsonl"], "LOG", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("System.", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString().Trim());
    }

    [Fact]
    public async Task A_full_disk_behind_standard_output_is_not_blamed_on_the_report()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));

        Assert.Equal(1, await CommandLine.RunAsync(["scan", _logs["log.jsonl"], "--out", _logs["report"], "--json"], new FullDisk(), _error, TestContext.Current.CancellationToken));
        Assert.Contains($"Standard output cannot be written: No space left on device. Send it where there is room. The report is in {_logs["report"]}.", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("--out", _error.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(_logs["report/report.json"]));
    }

    [Fact]
    public async Task A_clean_scan_is_0_and_leaves_both_reports()
    {
        _logs.Write("log.jsonl", Enumerable.Range(0, 200).Select(i => LogFolder.Line(i)));

        Assert.Equal(0, await Run("scan", _logs["log.jsonl"], "--out", _logs["report"]));
        Assert.Contains("Read 200 exchanges", _output.ToString(), StringComparison.Ordinal);
        Assert.True(File.Exists(_logs["report/report.html"]));
        var report = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(_logs["report/report.json"], TestContext.Current.CancellationToken), ReportJson.Readable.Report);
        Assert.Equal(200, report!.Input.Exchanges);
    }

    [Fact]
    public async Task Json_prints_the_report_and_nothing_else()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));

        Assert.Equal(0, await Run("scan", _logs["log.jsonl"], "--out", _logs["report"], "--json"));
        Assert.Equal(1, JsonSerializer.Deserialize(_output.ToString(), ReportJson.Readable.Report)!.Input.Exchanges);
    }

    [Fact]
    public async Task Over_one_percent_bad_lines_is_3_and_the_report_is_written_all_the_same()
    {
        _logs.Write("good.jsonl", [.. Enumerable.Range(0, 99).Select(i => LogFolder.Line(i)), "x"]);
        _logs.Write("bad.jsonl", [.. Enumerable.Range(0, 98).Select(i => LogFolder.Line(i)), "x", "x"]);

        Assert.Equal(0, await Run("scan", _logs["good.jsonl"], "--out", _logs["report"]));
        Assert.Equal(3, await Run("scan", _logs["bad.jsonl"], "--out", _logs["bad-report"]));
        Assert.True(File.Exists(_logs["bad-report/report.json"]));
        Assert.Contains("bad-json, first at", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 of 100 lines were skipped", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "log.jsonl is empty")]
    [InlineData("hello\nworld\n", "none of its 2 lines is an exchange")]
    public async Task No_valid_line_is_3(string content, string said)
    {
        _logs.Write("log.jsonl", System.Text.Encoding.UTF8.GetBytes(content));

        Assert.Equal(3, await Run("scan", _logs["log.jsonl"], "--out", _logs["report"]));
        Assert.Contains(said, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_file_is_3()
    {
        var stored = LogFolder.Gzip(LogFolder.Text(Enumerable.Range(0, 5000).Select(i => LogFolder.Line(i, $"{i}"))));
        _logs.Write("log.jsonl.gz", stored[..^20]);

        Assert.Equal(3, await Run("scan", _logs["log.jsonl.gz"], "--out", _logs["report"]));
        Assert.Contains($"{_logs["log.jsonl.gz"]} ends inside a compressed block", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("copy the file again", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Duplicate_accounts_are_counted_and_do_not_spoil_the_scan_but_a_wrong_file_does()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0), LogFolder.Line(1));
        _logs.Write("twice.jsonl", """{"account":"a"}""", """{"account":"a"}""");
        _logs.Write("wrong.jsonl", """{"name":"a"}""");

        Assert.Equal(0, await Run("scan", _logs["log.jsonl"], "--accounts", _logs["twice.jsonl"], "--out", _logs["report"]));
        Assert.Contains($"duplicate-record, first at {_logs["twice.jsonl"]}:2", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
        foreach (var (option, kind) in new[] { ("--accounts", "account"), ("--organizations", "organization"), ("--apps", "app") })
        {
            Assert.Equal(3, await Run("scan", _logs["log.jsonl"], option, _logs["wrong.jsonl"], "--out", _logs["report"]));
            Assert.Contains($"{_logs["wrong.jsonl"]}: 1 of 1 lines are no {kind} record", _error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_directory_that_cannot_be_written_is_1()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));

        Assert.Equal(1, await Run("scan", _logs["log.jsonl"], "--out", _logs["log.jsonl"]));
        Assert.Contains("--out", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_and_a_policy_file_are_named_in_the_report()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));
        _logs.Write("key", new string('a', 64) + "\n");
        _logs.Write("policy.yaml", "ladder: {hysteresis_log_odds: 0.5}");
        _logs.Write("bad-policy.yaml", "ladder: {hysteresis: 0.5}");

        Assert.Equal(0, await Run("scan", _logs["log.jsonl"], "--key", _logs["key"], "--policy", _logs["policy.yaml"], "--json", "--out", _logs["report"]));
        var first = JsonSerializer.Deserialize(_output.ToString(), ReportJson.Readable.Report)!;
        Assert.Equal(new Engine.Sketches.DetectionKey(Convert.FromHexString(new string('a', 64))).Id, first.KeyId);
        Assert.NotEqual(new Engine.Responses.Policy().Hash, first.PolicyHash);
        Assert.Equal(2, await Run("scan", _logs["log.jsonl"], "--policy", _logs["bad-policy.yaml"], "--out", _logs["report"]));
    }

    [Fact]
    public async Task The_version_is_told()
    {
        Assert.Equal(0, await Run("--version"));
        Assert.StartsWith("0.1.0", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_verb_has_json()
        => Assert.All(CommandLine.Create().Subcommands, verb => Assert.Contains(verb.Options, option => option.Name == "--json"));

    Task<int> Run(params string[] arguments) => CommandLine.RunAsync(arguments, _output, _error);

    sealed class FullDisk : StringWriter
    {
        public override void WriteLine(string? value) => throw new IOException("No space left on device");
    }
}
