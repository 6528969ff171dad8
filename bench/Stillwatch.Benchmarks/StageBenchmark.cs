using System.Diagnostics;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Benchmarks;

/// <summary>Where a scan's time goes: each stage alone, one after the other, so their sum is the work and not the wall time of a scan.</summary>
internal static class StageBenchmark
{
    const int BlockBytes = 1 << 20;

    public static void Run(BenchmarkLog log, TextWriter output)
    {
        var key = DetectionKey.FromText("stages");
        var records = RecordFile.ReadAccounts(log.In("accounts.jsonl")).Records;
        var (models, ids, parsed) = (new ModelNames(), new AccountIds(), new ParsedExchange());
        var sketcher = new Sketcher(key, models, ids, new AppRegister(RecordFile.ReadApps(log.In("apps.jsonl")).Records));
        var directory = new AccountDirectory(key, records);
        var settings = new DetectorSettings();
        var (buffer, shards, stage) = (new EpochBuffer(), new Shards(settings, directory), new RingStage(settings, directory));
        var (inflate, parse, sketching, apply, judge, judgements, exchanges, judged) = (0.0, 0.0, 0.0, 0.0, 0.0, 0, 0L, 0L);
        var last = 0.0;

        // As CampaignDetector does it: an epoch is applied when it is over, and judged when enough is new.
        void Close(bool all)
        {
            while (buffer.TakeClosed(all) is var (endMs, sketches))
            {
                var start = Stopwatch.GetTimestamp();
                stage.Crossings.Add(shards.Apply(sketches));
                apply += Seconds(start);
                exchanges += sketches.Count;
                if (CampaignDetector.IsDue(exchanges, judged))
                {
                    start = Stopwatch.GetTimestamp();
                    stage.Judge(shards.Accounts, shards.Traits, endMs);
                    last = Seconds(start);
                    judge += last;
                    judgements++;
                    judged = exchanges;
                }
            }
        }

        using var reader = new LineReader(LogFile.At(log.Path).Open());
        while (true)
        {
            var start = Stopwatch.GetTimestamp();
            if (reader.Next(BlockBytes) is not { } block)
            {
                break;
            }

            inflate += Seconds(start);
            for (var i = 0; i < block.Count; i++)
            {
                start = Stopwatch.GetTimestamp();
                var isExchange = ExchangeParser.TryParse(block[i], parsed, out _);
                parse += Seconds(start);
                if (isExchange)
                {
                    start = Stopwatch.GetTimestamp();
                    sketcher.Sketch(parsed, out var sketch);
                    sketching += Seconds(start);
                    buffer.TryAdd(sketch);
                    Close(all: false);
                }
            }
        }

        Close(all: true);
        output.WriteLine($"stages, seconds: inflate and cut {inflate:f2}, parse {parse:f2}, sketch {sketching:f2} (these overlap on {Environment.ProcessorCount} processors); "
            + $"apply {apply:f2} ({settings.Shards} shards), judge {judge:f2} ({judgements} times, the last {last:f2})");
    }

    static double Seconds(long start) => Stopwatch.GetElapsedTime(start).TotalSeconds;
}
