using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Evaluation;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks.Onset;

/// <summary>The tests of onset and pivot against their stated error rates: false alarms of groups in which nothing happened, power and delay where something did.</summary>
/// <remarks>
/// No ring is looked for: groups are made of accounts with the truth in hand, so that the tests alone are measured. The world is the scenario <c>tiny</c> with larger look-alike
/// classes and campaigns that differ in what share of them pivots and when they begin; a group is judged beside the lawful accounts outside it. Groups of lawful accounts are disjoint: drawn from everybody (nothing
/// sets them apart), and class by class (some classes do begin, or move, at a date of their own: then an alarm is true, and the table says how often).
/// </remarks>
static class OnsetBenchmark
{
    static readonly double[] PivotShares = [0.2, 0.4, 0.6, 0.8, 1];
    static readonly double[] StartHours = [6, 12, 20];
    static readonly int[] Sizes = [20, 40, 80];
    const double StrayRatio = 0.1; // of a ring's members lawful: what a judgement gets wrong
    const double NearHours = 3;

    public static void Run(int seeds, ulong seed, TextWriter output, TextWriter error)
    {
        var tallies = new SortedDictionary<string, Tally>(StringComparer.Ordinal);
        var scenario = Scenario();
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = Math.Min(2, Environment.ProcessorCount) }, i =>
        {
            var world = new World(scenario, AccountTrack.Of(scenario, seed + (ulong)i));
            var found = Measure(world).ToList();
            lock (tallies)
            {
                foreach (var (row, alarm) in found)
                {
                    (tallies.TryGetValue(row, out var tally) ? tally : tallies[row] = new Tally()).Add(alarm);
                }

                error.WriteLine($"seed {seed + (ulong)i}: {found.Count} groups");
            }
        });

        output.WriteLine($"{seeds} seeds from {seed}; stated: false alarms at most {ErrorRates.FalseAlarm:P0} a group; of {ErrorRates.SmallestRing} accounts of which {ErrorRates.SmallestShare:P0} move, at most {ErrorRates.Miss:P0} missed.");
        output.WriteLine("groups: alarms; rate, one-sided 95 % bounds (Clopper-Pearson); median delay of those shown, in hours and in the group's exchanges");
        foreach (var (row, tally) in tallies)
        {
            output.WriteLine($"  {row}: {tally.Text}");
        }
    }

    /// <summary>What of a group was shown, and how long after it began.</summary>
    sealed record Alarm(bool IsShown, double DelayHours = double.NaN, int DelayExchanges = 0);

    sealed class Tally
    {
        readonly List<Alarm> _alarms = [];

        public void Add(Alarm alarm) => _alarms.Add(alarm);

        public string Text
        {
            get
            {
                List<Alarm> shown = [.. _alarms.Where(a => a.IsShown)];
                var (hits, all) = (shown.Count, _alarms.Count);
                var text = $"{all:N0} groups, {hits:N0} shown; {(double)hits / all:P2}, {1 - ClopperPearson.Upper(all - hits, all):P2} to {ClopperPearson.Upper(hits, all):P2}";
                List<Alarm> timed = [.. shown.Where(a => !double.IsNaN(a.DelayHours)).OrderBy(a => a.DelayHours)];
                return timed.Count == 0 ? text : $"{text}; {timed[timed.Count / 2].DelayHours:f1} h, {timed.Select(a => a.DelayExchanges).Order().ElementAt(timed.Count / 2):N0} exchanges";
            }
        }
    }

    sealed class World
    {
        public World(Scenario scenario, List<AccountTrack> accounts)
        {
            (Accounts, NewModel) = (accounts, scenario.Models.New);
            StartMs = scenario.Start.ToUnixTimeMilliseconds();
            Lawful = [.. accounts.Where(a => a.Class.StartsWith("benign:", StringComparison.Ordinal))];
            Models = accounts.SelectMany(a => a.Exchanges).Select(e => e.Model).Distinct().Count();
        }

        public List<AccountTrack> Accounts { get; }

        public List<AccountTrack> Lawful { get; }

        public string NewModel { get; }

        public long StartMs { get; }

        public int Models { get; }

        public double Hours(long ms) => (ms - StartMs) / 3_600_000.0;
    }

    static IEnumerable<(string Row, Alarm Alarm)> Measure(World world)
    {
        foreach (var size in Sizes)
        {
            foreach (var group in world.Lawful.Chunk(size).Where(g => g.Length == size))
            {
                yield return ($"1 null, drawn from everybody, {size} accounts, pivot", PivotOf(world, group));
                yield return ($"1 null, drawn from everybody, {size} accounts, onset", new Alarm(OnsetOf(world, group) is not null));
            }
        }

        foreach (var kind in world.Lawful.GroupBy(a => a.Class))
        {
            foreach (var group in kind.Chunk(20).Where(g => g.Length == 20))
            {
                yield return ($"2 lawful, {kind.Key[7..]}, 20 accounts, pivot", PivotOf(world, group));
                yield return ($"2 lawful, {kind.Key[7..]}, 20 accounts, onset", new Alarm(OnsetOf(world, group) is not null));
            }
        }

        foreach (var campaign in world.Accounts.Where(a => a.Class.StartsWith("campaign:", StringComparison.Ordinal)).GroupBy(a => a.Class[9..]))
        {
            foreach (var size in Sizes.Where(s => s <= campaign.Count()))
            {
                AccountTrack[] group = [.. campaign.Take(size)];
                if (campaign.Key.StartsWith("pivot", StringComparison.Ordinal))
                {
                    yield return ($"3 pivot of {campaign.Key[6..],3} %, {size} accounts", PivotOf(world, group));
                }
                else
                {
                    var start = double.Parse(campaign.Key[6..], System.Globalization.CultureInfo.InvariantCulture);
                    AccountTrack[] stray = [.. group, .. world.Lawful.Take((int)(size * StrayRatio))];
                    yield return ($"4 onset at hour {start,2}, {size} accounts and a tenth of strays, shown", Onset(world, stray, start));
                    yield return ($"4 onset at hour {start,2}, {size} accounts and a tenth of strays, within {NearHours} h", new Alarm(OnsetOf(world, stray) is { } at && Math.Abs(world.Hours(at) - start) <= NearHours));
                    yield return ($"4 onset at hour {start,2}, {size} accounts and a tenth of strays, first exchange within {NearHours} h", new Alarm(Math.Abs(world.Hours(stray.Min(a => a.FirstMs)) - start) <= NearHours));
                }
            }
        }
    }

    /// <summary>Delay of a pivot: from the group's first move on, in its exchanges with the new model.</summary>
    static Alarm PivotOf(World world, AccountTrack[] group)
    {
        var inside = group.ToHashSet();
        var test = new PivotTest(world.Lawful.Where(a => !inside.Contains(a)).Select(a => a.Of(world.NewModel)));
        ModelTrack[] tracks = [.. group.Select(a => a.Of(world.NewModel))];
        if (test.Of(tracks, [], world.Models) is not { } shown)
        {
            return new Alarm(false);
        }

        var first = tracks.Where(t => t.Moved).Min(t => t.MovedMs);
        return new Alarm(true, (shown.ShownMs - first) / 3_600_000.0, group.Sum(a => a.Exchanges.Count(e => e.Model == world.NewModel && e.Ms <= shown.ShownMs)));
    }

    static long? OnsetOf(World world, AccountTrack[] group, long nowMs = long.MaxValue)
    {
        var inside = group.ToHashSet();
        return OnsetTest.Of(
            group.Select(a => a.FirstMs).Where(t => t <= nowMs), world.Lawful.Where(a => !inside.Contains(a)).Select(a => a.FirstMs).Where(t => t <= nowMs));
    }

    /// <summary>Delay of an onset: asked at every arrival, from the true start on.</summary>
    static Alarm Onset(World world, AccountTrack[] group, double startHour)
    {
        foreach (var now in group.Select(a => a.FirstMs).Where(t => world.Hours(t) >= startHour).Order())
        {
            if (OnsetOf(world, group, now) is not null)
            {
                return new Alarm(true, world.Hours(now) - startHour, group.Sum(a => a.Exchanges.Count(e => e.Ms <= now && world.Hours(e.Ms) >= startHour)));
            }
        }

        return new Alarm(false);
    }

    static Scenario Scenario()
    {
        var tiny = ScenarioReader.Open("tiny");
        var pattern = tiny.Campaigns.First(c => c.PivotRatio > 0.5);
        return tiny with
        {
            Populations = [.. tiny.Populations.Select(p => p with { Accounts = Math.Max(p.Accounts, 40) })],
            Campaigns =
            [
                .. PivotShares.Select(share => pattern with { Name = $"pivot-{share * 100:f0}", Accounts = 80, PivotRatio = share }),
                .. StartHours.Select(hour => pattern with { Name = $"onset-{hour:f0}", Accounts = 80, PivotRatio = 0, StartHour = hour }),
            ],
        };
    }
}
