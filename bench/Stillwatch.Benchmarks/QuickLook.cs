using System.Diagnostics;
using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>Simulate, detect and compare with the truth in one process: the fastest look at what a change did.</summary>
internal static class QuickLook
{
    public static void Run(string scenario, ulong seed, double scale, string? corpus, bool withRecords, string? ignore, string? reportPath, string? exclude, string? only)
    {
        var clock = Stopwatch.StartNew();
        var simulation = new Simulation(ScenarioReader.Open(scenario), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus is null ? null : new CorpusOptions(corpus, Patterns(exclude), Patterns(only)) });
        var key = DetectionKey.FromText("quick look");
        var (models, ids) = (new ModelNames(), new AccountIds());
        var ignored = (ignore ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        var sketcher = new Sketcher(key, models, ids, new AppRegister(withRecords ? simulation.Apps : []), !ignored.Contains("cues"));
        var detector = new CampaignDetector(new DetectorSettings { Ignored = ignored }, key, new AccountDirectory(key, withRecords ? simulation.Accounts : []), models, ids);
        var parsed = new ParsedExchange();
        var first = new Dictionary<string, long>();
        var times = new Dictionary<string, List<long>>();
        var sketching = 0.0;
        var detecting = 0.0;
        foreach (var item in simulation.Exchanges())
        {
            ExchangeFiller.Fill(item.Exchange, parsed);
            var t0 = Stopwatch.GetTimestamp();
            sketcher.Sketch(parsed, out var sketch);
            var t1 = Stopwatch.GetTimestamp();
            detector.Add(sketch);
            sketching += Stopwatch.GetElapsedTime(t0, t1).TotalSeconds;
            detecting += Stopwatch.GetElapsedTime(t1).TotalSeconds;
            if (!times.TryGetValue(item.Exchange.Account, out var list))
            {
                times[item.Exchange.Account] = list = [];
            }

            list.Add(parsed.TimeMs);
        }

        var start = Stopwatch.GetTimestamp();
        detector.Complete();
        detecting += Stopwatch.GetElapsedTime(start).TotalSeconds;
        var report = detector.Report([]);
        System.Console.WriteLine($"{scenario} seed {seed} scale {scale}: {report.Input.Exchanges:N0} exchanges, {report.Input.Accounts:N0} accounts, dropped {report.Input.Dropped}; sketch {sketching:0.0} s, detect {detecting:0.0} s, all {clock.Elapsed.TotalSeconds:0.0} s, {Environment.WorkingSet >> 20} MiB");
        Print(report, simulation.Truth.ToDictionary(t => t.Account), times);
        if (reportPath is not null)
        {
            using var file = File.Create(reportPath);
            JsonSerializer.Serialize(file, report, ReportJson.Readable.Report);
        }
    }

    static List<SourcePattern> Patterns(string? list) => [.. (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(p => new SourcePattern(p))];

    static void Print(Report report, Dictionary<string, AccountTruth> truth, Dictionary<string, List<long>> times)
    {
        foreach (var c in report.Campaigns.Where(c => c.Verdict != Verdict.Automation || c.Accounts.Any(a => truth[a].Malicious)))
        {
            var classes = c.Accounts.GroupBy(a => truth[a].Class).OrderByDescending(g => g.Count()).Take(4).Select(g => $"{g.Key} {g.Count()}");
            var evidence = string.Join(' ', c.Evidence.OrderByDescending(e => e.LogOdds).Select(e => $"{e.Trait}={e.Value:0.00}:{e.LogOdds:+0.0;-0.0}"));
            System.Console.WriteLine($"{c.Id} {c.Verdict} {c.Response} logit {Policy.Logit(c.Confidence):0.0} n={c.Accounts.Count} ({string.Join(", ", classes)}) at {c.DetectedAt:dd HH:mm} caps {string.Join(',', c.Capabilities.Take(2).Select(x => $"{x.Name}:{x.ShareRatio:0.00}"))}\n      {evidence}");
        }

        foreach (var a in report.Accounts.Where(a => a.Response >= Rung.Verify && !truth[a.Account].Malicious).Take(12))
        {
            var evidence = string.Join(' ', a.Evidence.OrderByDescending(e => e.LogOdds).Select(e => $"{e.Trait}={e.Value:0}:{e.LogOdds:+0.0;-0.0}"));
            System.Console.WriteLine($"  ! {a.Account} {truth[a.Account].Class} in {a.Campaign} {a.Response} share {a.MembershipRatio:0.00} n={times[a.Account].Count} logit {Policy.Logit(a.Confidence):0.0}: {evidence}");
        }

        var rung = report.Accounts.GroupBy(a => a.Account).ToDictionary(g => g.Key, g => g.MaxBy(a => a.Response)!);
        var verdicts = report.Campaigns.ToDictionary(c => c.Id, c => c.Verdict);
        foreach (var g in truth.Values.Where(t => times.ContainsKey(t.Account)).GroupBy(t => t.Class).OrderBy(g => g.Key))
        {
            var caught = g.Count(t => rung.TryGetValue(t.Account, out var j) && j.Response >= Rung.Verify);
            var right = g.Count(t => rung.TryGetValue(t.Account, out var j) && j.Response >= Rung.Verify && verdicts[j.Campaign] == t.Verdict);
            var shaped = g.Count(t => rung.TryGetValue(t.Account, out var j) && j.Response >= Rung.Shape);
            if (g.First().Malicious || caught > 0)
            {
                var all = g.SelectMany(t => times[t.Account]).Order().ToList();
                var alarms = report.Campaigns.Where(c => c.Response >= Rung.Verify && c.Accounts.Count(a => truth[a].Class == g.Key) > c.Accounts.Count / 4).Select(c => c.DetectedAt.ToUnixTimeMilliseconds()).ToList();
                var lost = alarms.Count == 0 ? all.Count : all.Count(t => t < alarms.Min());
                System.Console.WriteLine($"  {g.Key,-34} {g.Count(),6} accounts, verify+ {caught,6} ({caught / (double)g.Count():P1}), right verdict {right / (double)g.Count():P1}, shape+ {shaped,6}; {(g.First().Malicious ? $"exchanges {all.Count:N0}, lost before first alarm {lost:N0} ({lost / (double)all.Count:P1})" : "FALSE ALARM")}");
            }
        }
    }
}
