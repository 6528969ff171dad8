using System.Text;
using Stillwatch.Engine.Judgement;
using Stillwatch.Scan;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Tests.Scan;

/// <summary>Every bad input that issue 2 names: counted by reason with file and line, never a crash, never silent.</summary>
public sealed class BadInputTests : IDisposable
{
    readonly LogFolder _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("{\"id\":", "bad-json")]
    [InlineData("{\"id\":\"1\",\"id\":\"2\"}", "duplicate-key")]
    [InlineData("{\"id\":1}", "wrong-type")]
    [InlineData("{\"id\":\"1\"}", "missing-member")]
    [InlineData("[]", "not-an-object")]
    [InlineData("{\"time\":\"soon\"}", "bad-time")]
    [InlineData("{\"time\":\"2999-01-01T00:00:00Z\"}", "future-time")]
    [InlineData("{\"api\":\"smoke-signals\"}", "unknown-api")]
    public void A_bad_line_is_counted_by_reason_with_file_and_line(string bad, string reason)
    {
        _logs.Write("log.jsonl", LogFolder.Line(0, "a"), "", bad, LogFolder.Line(1, "b"), bad);

        var (ids, totals) = ScanPipelineTests.Scan(_logs.Path);

        Assert.Equal(["a", "b"], ids);
        Assert.Equal([new Rejection(reason, 2, _logs["log.jsonl"], 3)], totals.Rejected);
        Assert.Equal((4, 2), (totals.Lines, totals.Accepted));
        Assert.True(totals.IsUntrustworthy);
    }

    [Fact]
    public void Nesting_of_ten_thousand_and_invalid_utf8_are_counted()
    {
        var deep = "{\"x\":" + new string('[', 10_000) + new string(']', 10_000) + "}";
        _logs.Write("log.jsonl", [.. LogFolder.Text(LogFolder.Line(0), deep), .. "{\"x\":\""u8, 0xFF, .. "\"}\n"u8]);

        var totals = ScanPipelineTests.Scan(_logs.Path).Totals;

        Assert.Equal(
            [new Rejection("invalid-utf8", 1, _logs["log.jsonl"], 3), new Rejection("too-deep", 1, _logs["log.jsonl"], 2)], totals.Rejected);
    }

    [Fact]
    public void Lone_surrogates_are_no_error()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0, "a", "\\ud83d"), LogFolder.Line(0, "b\\ude00"));

        Assert.Equal(["a", "b\uFFFD"], ScanPipelineTests.Scan(_logs.Path).Ids);
    }

    [Fact]
    public void A_50_MB_line_is_counted_and_not_held()
    {
        var path = _logs["log.jsonl"];
        using (var file = File.Create(path))
        {
            file.Write(LogFolder.Text(LogFolder.Line(0, "a")));
            file.Write(Encoding.UTF8.GetBytes("{\"x\":\"" + new string('x', 50_000_000) + "\"}\n"));
            file.Write(LogFolder.Text(LogFolder.Line(1, "b")));
        }

        var (ids, totals) = ScanPipelineTests.Scan(path);

        Assert.Equal(["a", "b"], ids);
        Assert.Equal([new Rejection("line-too-long", 1, path, 2)], totals.Rejected);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1_000)]
    [InlineData(70_000)]
    public void The_line_limit_holds_wherever_the_line_stands(int longBytes)
    {
        var longLine = new string('y', 300 + longBytes);
        _logs.Write("log.jsonl", Enumerable.Range(0, 2000).Select(i => i % 3 == 1 ? longLine : LogFolder.Line(i, $"{i}")));

        var (ids, totals) = ScanPipelineTests.Scan(_logs.Path, maxLineBytes: 300);

        Assert.Equal(Enumerable.Range(0, 2000).Where(i => i % 3 != 1).Select(i => $"{i}"), ids);
        Assert.Equal([new Rejection("line-too-long", 667, _logs["log.jsonl"], 2)], totals.Rejected);
    }

    [Theory]
    [InlineData("gz")]
    [InlineData("zst")]
    public void A_truncated_file_keeps_what_was_read_and_is_said(string ending)
    {
        var random = new Random(1); // text that does not compress away
        var plain = LogFolder.Text(Enumerable.Range(0, 5000).Select(i => LogFolder.Line(i, $"{i}", $"{random.NextInt64():x16}{random.NextInt64():x16}")));
        var whole = ending == "gz" ? LogFolder.Gzip(plain) : LogFolder.Zstd(plain);
        foreach (var kept in new[] { whole.Length / 2, whole.Length - 6 })
        {
            var (ids, totals) = ScanPipelineTests.Scan(_logs.Write($"log.jsonl.{ending}", whole[..kept]));

            Assert.True(totals.HasTruncatedFile && totals.IsUntrustworthy);
            Assert.InRange(ids.Count, 1000, 5000);
            Assert.Equal(Enumerable.Range(0, ids.Count).Select(i => $"{i}"), ids);
            var rejection = Assert.Single(totals.Rejected);
            Assert.Equal(("truncated-file", 1, ids.Count + 1), (rejection.Reason, rejection.Count, rejection.FirstLine));
        }
    }

    [Fact]
    public void A_damaged_gzip_is_no_crash()
    {
        var stored = LogFolder.Gzip(LogFolder.Text(Enumerable.Range(0, 20_000).Select(i => LogFolder.Line(i, $"{i}"))));
        for (var i = stored.Length / 2; i < (stored.Length / 2) + 50; i++)
        {
            stored[i] ^= 0xA5;
        }

        Assert.True(ScanPipelineTests.Scan(_logs.Write("log.jsonl.gz", stored)).Totals.IsUntrustworthy);
    }

    [Fact]
    public void An_empty_file_and_a_file_that_is_no_log_give_no_exchange()
    {
        var empty = ScanPipelineTests.Scan(_logs.Write("empty.jsonl", Array.Empty<byte>())).Totals;
        var blank = ScanPipelineTests.Scan(_logs.Write("blank.jsonl", "\n  \r\n\n"u8.ToArray())).Totals;
        var picture = new byte[300_000];
        new Random(2).NextBytes(picture);
        var binary = ScanPipelineTests.Scan(_logs.Write("picture.jsonl", picture)).Totals;

        Assert.Equal((0, 0, true), (empty.Lines, empty.Rejected.Count, empty.IsUntrustworthy));
        Assert.Equal((0, true), (blank.Lines, blank.IsUntrustworthy));
        Assert.Equal((0, true), (binary.Accepted, binary.Rejected.Count > 0));
    }

    [Fact]
    public void Line_ends_byte_order_marks_and_a_missing_last_line_end_do_not_matter()
    {
        _logs.Write("log.jsonl", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(LogFolder.Line(0, "a") + "\r\n" + LogFolder.Line(1, "b"))]);

        var (ids, totals) = ScanPipelineTests.Scan(_logs.Path);

        Assert.Equal(["a", "b"], ids);
        Assert.Empty(totals.Rejected);
    }

    [Fact]
    public void What_is_not_there_is_named_with_a_cure()
    {
        var missing = Assert.Throws<LogUnreadableException>(() => LogSource.Open([_logs["no.jsonl"]]));
        var noLogs = Assert.Throws<LogUnreadableException>(() => LogSource.Open([_logs.Path]));

        Assert.Contains("no.jsonl", missing.Message, StringComparison.Ordinal);
        Assert.Contains(".jsonl.gz", noLogs.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_leaves_out_what_is_no_log_by_name_and_says_so()
    {
        _logs.Write("accounts.jsonl", "{}");
        _logs.Write("truth-exchanges.jsonl.gz", "{}");
        _logs.Write("notes.txt", "x");
        _logs.Write("exchanges.jsonl", LogFolder.Line(0));

        var source = LogSource.Open([_logs.Path, _logs["exchanges.jsonl"]]);

        Assert.Equal([_logs["exchanges.jsonl"]], source.Files.Select(file => file.Name));
        Assert.Equal(3, source.Skipped.Count);
    }

    [Fact]
    public void An_accounts_file_keeps_the_first_of_two_and_counts_the_rest()
    {
        var path = _logs.Write(
            "accounts.jsonl",
            """{"account":"a","payment":"p1"}""", """{"account":"b"}""", """{"account":"a","payment":"p2"}""", "x", "", """{"account":"c","created":"now"}""");

        var file = RecordFile.ReadAccounts(path);

        Assert.Equal([("a", "p1"), ("b", null)], file.Records.Select(record => (record.Account, record.Payment)));
        Assert.Equal(
            [new Rejection("bad-json", 1, path, 4), new Rejection("bad-time", 1, path, 6), new Rejection("duplicate-record", 1, path, 3)],
            file.Rejected);
    }
}
