using System.Diagnostics;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Scan;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Benchmarks;

/// <summary>What a scan costs before it judges: wall time of reading, parsing and sketching against <c>zcat FILE | wc -l</c>.</summary>
static class ReadBenchmark
{
    public static void Run(string path, TextWriter output)
    {
        for (var round = 1; round <= 3; round++)
        {
            var zcat = Time(() => Process.Start("sh", ["-c", $"zcat -f '{path}' | wc -l > /dev/null"]).WaitForExit());
            ScanTotals? totals = null;
            var scan = Time(() => totals = new ScanPipeline<int>(() => static parsed => parsed.UsedBytes).Run(
                [LogFile.At(path)], static (in int _) => true));
            output.WriteLine($"round {round}: zcat {zcat:f2} s; read and parse {scan:f2} s, ratio {scan / zcat:f2}, {totals!.Lines:n0} lines, {totals.Accepted:n0} used");
            var sketch = Time(() => Sketches().Run([LogFile.At(path)], static (in ExchangeSketch _) => true));
            output.WriteLine($"         with sketches {sketch:f2} s, ratio {sketch / zcat:f2}");
        }

        ParseAlone(path, output);
    }

    static ScanPipeline<ExchangeSketch> Sketches()
    {
        var (key, models, ids, apps) = (DetectionKey.FromText("bench"), new ModelNames(), new AccountIds(), new AppRegister([]));
        return new ScanPipeline<ExchangeSketch>(() =>
        {
            var sketcher = new Sketcher(key, models, ids, apps);
            return parsed =>
            {
                sketcher.Sketch(parsed, out var sketch);
                return sketch;
            };
        });
    }

    static void ParseAlone(string path, TextWriter output)
    {
        using var reader = new LineReader(LogFile.At(path).Open());
        var blocks = new List<LineBlock>();
        while (blocks.Count < 64 && reader.Next(1 << 20) is { } block)
        {
            blocks.Add(block);
        }

        var parsed = new ParsedExchange();
        for (var round = 1; round <= 3; round++)
        {
            var bytes = 0L;
            var seconds = Time(() =>
            {
                foreach (var block in blocks)
                {
                    for (var i = 0; i < block.Count; i++)
                    {
                        ExchangeParser.TryParse(block[i], parsed, out _);
                        bytes += block[i].Length;
                    }
                }
            });
            output.WriteLine($"parse alone, one thread: {bytes / seconds / 1e6:f0} MB/s");
        }
    }

    static double Time(Action run)
    {
        var start = Stopwatch.GetTimestamp();
        run();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
