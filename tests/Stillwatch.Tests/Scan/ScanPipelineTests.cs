using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Scan;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Tests.Scan;

public sealed class ScanPipelineTests : IDisposable
{
    readonly LogFolder _logs = new();

    public void Dispose() => _logs.Dispose();

    [Fact]
    public void Plain_gzip_and_zstd_logs_are_told_by_their_content()
    {
        var plain = LogFolder.Text(LogFolder.Line(0, "a"), LogFolder.Line(1, "b"));
        _logs.Write("one.gz", plain);
        _logs.Write("two.jsonl", LogFolder.Gzip(plain));
        _logs.Write("three.jsonl.gz", LogFolder.Zstd(plain));
        _logs.Write("four.zst", [.. LogFolder.Gzip(plain), .. LogFolder.Gzip(LogFolder.Text(LogFolder.Line(2, "c")))]);

        var (ids, totals) = Scan(_logs.Path);

        Assert.Equal(9, ids.Count);
        Assert.False(totals.IsUntrustworthy);
        Assert.Equal(4, totals.Files.Count);
    }

    [Fact]
    public void Several_files_are_merged_by_time_not_concatenated()
    {
        _logs.Write("late.jsonl", Enumerable.Range(0, 500).Select(i => LogFolder.Line((2 * i) + 1, $"{(2 * i) + 1}")));
        _logs.Write("deep/early.jsonl.gz", LogFolder.Gzip(LogFolder.Text(Enumerable.Range(0, 500).Select(i => LogFolder.Line(2 * i, $"{2 * i}")))));
        _logs.Write("other.jsonl", LogFolder.Line(5000, "5000"), LogFolder.Line(5001, "5001"));

        var (ids, _) = Scan(_logs.Path);

        Assert.Equal([.. Enumerable.Range(0, 1000).Select(i => $"{i}"), "5000", "5001"], ids);
    }

    [Fact]
    public void The_order_is_the_same_whatever_the_number_of_workers()
    {
        for (var file = 0; file < 5; file++)
        {
            _logs.Write($"{file}.jsonl", Enumerable.Range(0, 3000).Select(i => LogFolder.Line(i / 7 * 0.01, $"{file}-{i}", new string('x', i % 400))));
        }

        var (one, _) = Scan(_logs.Path, workers: 1);
        var (four, _) = Scan(_logs.Path, workers: 4);

        Assert.Equal(15_000, one.Count);
        Assert.Equal(one, four);
    }

    [Fact]
    public void Lines_may_go_back_five_minutes_and_no_further()
    {
        _logs.Write("log.jsonl", LogFolder.Line(10, "a"), LogFolder.Line(5, "b"), LogFolder.Line(4.9, "c"), LogFolder.Line(11, "d"));

        var (ids, totals) = Scan(_logs.Path);

        Assert.Equal(["a", "b", "d"], ids);
        Assert.Equal([new Rejection("out-of-order", 1, _logs["log.jsonl"], 3)], totals.Rejected);
    }

    [Fact]
    public void One_line_in_the_future_is_refused_and_the_rest_of_the_file_is_not_late()
    {
        var day = 24 * 60;
        _logs.Write("log.jsonl", LogFolder.Line(0, "a"), LogFolder.Line(40 * day, "b"), LogFolder.Line(1, "c"), LogFolder.Line(2, "d"));
        _logs.Write("first.jsonl", LogFolder.Line(40 * day, "e"), LogFolder.Line(1.5, "f"), LogFolder.Line(2.5, "g"));

        var (ids, totals) = Scan(_logs.Path);

        Assert.Equal(["a", "c", "f", "d", "g"], ids);
        Assert.Equal(
            [new Rejection("future-time", 1, _logs["first.jsonl"], 1), new Rejection("future-time", 1, _logs["log.jsonl"], 2)], totals.Rejected);
    }

    [Fact]
    public void A_real_gap_in_a_log_is_no_future()
    {
        var day = 24 * 60;
        _logs.Write("log.jsonl", LogFolder.Line(0, "a"), LogFolder.Line(9 * day, "b"), LogFolder.Line((9 * day) + 1, "c"), LogFolder.Line((9 * day) + 2, "d"));

        Assert.Equal(["a", "b", "c", "d"], Scan(_logs.Path).Ids);
    }

    [Fact]
    public void A_consumer_that_refuses_an_item_sees_it_counted_as_out_of_order()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0), LogFolder.Line(1), LogFolder.Line(2));
        var seen = 0;

        var totals = new ScanPipeline<int>(() => static _ => 0).Run(LogSource.Open([_logs.Path]).Files, (in int _) => ++seen != 2, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((3, 2), (totals.Lines, totals.Accepted));
        Assert.Equal([new Rejection("out-of-order", 1, _logs["log.jsonl"], 2)], totals.Rejected);
    }

    [Fact]
    public void Progress_ends_with_every_byte_read()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0), LogFolder.Line(1));
        var last = default(ScanProgress);

        new ScanPipeline<int>(() => static _ => 0).Run(
            LogSource.Open([_logs.Path]).Files, static (in int _) => true, progress => last = progress, TestContext.Current.CancellationToken);

        Assert.Equal(new ScanProgress(2, new FileInfo(_logs["log.jsonl"]).Length, new FileInfo(_logs["log.jsonl"]).Length), last);
    }

    [Fact]
    public void A_cancelled_scan_stops()
    {
        _logs.Write("log.jsonl", Enumerable.Range(0, 1000).Select(i => LogFolder.Line(i)));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => new ScanPipeline<int>(() => static _ => 0).Run(
            LogSource.Open([_logs.Path]).Files, static (in int _) => true, cancellationToken: cancel.Token));
    }

    [Fact]
    public void A_fault_in_a_worker_is_not_swallowed()
    {
        _logs.Write("log.jsonl", LogFolder.Line(0));

        var error = Assert.ThrowsAny<Exception>(() => new ScanPipeline<int>(() => static _ => throw new NotSupportedException("planted")).Run(
            LogSource.Open([_logs.Path]).Files, static (in int _) => true, cancellationToken: TestContext.Current.CancellationToken));
        Assert.Contains("planted", error.ToString(), StringComparison.Ordinal);
    }

    internal static (List<string> Ids, ScanTotals Totals) Scan(string path, int workers = 2, int maxLineBytes = LineReader.DefaultMaxLineBytes)
    {
        var ids = new List<string>();
        var pipeline = new ScanPipeline<string>(
            () => static parsed => Encoding.UTF8.GetString(parsed[parsed.Id]), new ScanPipelineOptions { Workers = workers, MaxLineBytes = maxLineBytes });
        var totals = pipeline.Run(
            LogSource.Open([path]).Files,
            (in string id) =>
            {
                ids.Add(id);
                return true;
            },
            cancellationToken: TestContext.Current.CancellationToken);
        return (ids, totals);
    }
}
