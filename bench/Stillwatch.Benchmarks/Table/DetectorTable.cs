using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Simulator;

namespace Stillwatch.Benchmarks.Table;

/// <summary>Pools runs into columns: each detector at its own best setting and threshold for one budget of false positives.</summary>
/// <remarks>
/// Baselines choose setting and threshold with the truth in hand, over the very runs they are then judged on, which is in their favour.
/// Stillwatch stands in three columns: its own rule (<c>verify</c> or above), its stricter rung (<c>shape</c> or above), and its confidence
/// with a threshold chosen as theirs.
/// </remarks>
internal sealed class DetectorTable
{
    public const string Rule = "Stillwatch";
    public const string ShapeRule = "Stillwatch, shape";
    public const string Confidence = "Stillwatch, score";

    readonly IReadOnlyList<RunScores> _runs;
    readonly double _budgetRatio;

    /// <param name="budgetRatio">Share of lawful accounts that may be flagged, 0 to 1.</param>
    public DetectorTable(IReadOnlyList<RunScores> runs, double budgetRatio)
    {
        (_runs, _budgetRatio) = (runs, budgetRatio);
        Families = Names(item => item.Malicious);
        LookAlikes = Names(item => !item.Malicious);
        var entries = runs[0].Entries.Select(entry => entry.Name).ToList();
        Baselines = [.. entries.Where(name => name != StillwatchEntry.Name).Select(Best)];
        var seconds = Cpu(StillwatchEntry.Name);
        Ours = Fixed(Rule, "verify or above, no threshold", RuleOutcome.Verify, seconds);
        OursShape = Fixed(ShapeRule, "shape or above, no threshold", RuleOutcome.Shape, seconds);
        OursRight = Fixed(Rule, "verify or above and the true verdict", RuleOutcome.RightVerdict, seconds);
        OursScore = Best(StillwatchEntry.Name) with { Name = Confidence };
    }

    /// <summary>Campaign families, <c>scenario/campaign</c> when there are several scenarios.</summary>
    public IReadOnlyList<string> Families { get; }

    /// <summary>Classes of lawful traffic, over all scenarios.</summary>
    public IReadOnlyList<string> LookAlikes { get; }

    public IReadOnlyList<TableColumn> Baselines { get; }

    public TableColumn Ours { get; }

    public TableColumn OursShape { get; }

    /// <summary>As <c>evaluate</c> counts recall: the verdict must be the true one too. Baselines give no verdict.</summary>
    public TableColumn OursRight { get; }

    public TableColumn OursScore { get; }

    public IReadOnlyList<TableColumn> All => [.. Baselines, OursScore, OursShape, Ours];

    List<string> Names(Func<AccountTruth, bool> wanted)
        => [.. _runs.SelectMany(run => run.Truth.Where(wanted).Select(item => Group(run, item))).Distinct().Order(StringComparer.Ordinal)];

    string Group(RunScores run, AccountTruth item)
    {
        var name = item.Class[(item.Class.IndexOf(':', StringComparison.Ordinal) + 1)..];
        return item.Malicious && _runs.Any(other => other.Scenario != run.Scenario) ? $"{run.Scenario}/{name}" : name;
    }

    TableColumn Best(string name)
    {
        var settings = _runs[0].Entries.Single(entry => entry.Name == name).Settings.Count;
        var columns = Enumerable.Range(0, settings).Select(setting => Column(name, setting)).ToList();
        var best = columns.OrderByDescending(column => column.PooledRecall.Ratio)
            .ThenByDescending(column => column.RecallAtNone)
            .ThenByDescending(column => column.Area)
            .First();

        // Where no setting finds much within the budget, the winner's ranking may be poor by chance: the method is given its best.
        return best with { Area = columns.Max(column => column.Area) };
    }

    TableColumn Column(string name, int setting)
    {
        var scores = _runs.Select(run => run.Entries.Single(entry => entry.Name == name).Settings[setting].ByAccount).ToList();
        var (lawful, malicious) = (Pool(scores, wanted: false), Pool(scores, wanted: true));
        var threshold = ScoreCurve.Threshold(lawful, _budgetRatio);
        var none = ScoreCurve.Threshold(lawful, 0);
        return new TableColumn
        {
            Name = name,
            Setting = _runs[0].Entries.Single(entry => entry.Name == name).Settings[setting].Setting,
            Recall = Rates(Families, (run, account) => scores[run][account] > threshold, malicious: true),
            FalsePositives = Rates(LookAlikes, (run, account) => scores[run][account] > threshold, malicious: false),
            Area = ScoreCurve.Area(lawful, malicious),
            RecallAtNone = malicious.Length == 0 ? 0 : (double)malicious.Count(score => score > none) / malicious.Length,
            CpuSeconds = Cpu(name),
        };
    }

    TableColumn Fixed(string name, string setting, RuleOutcome outcome, double seconds) => new()
    {
        Name = name,
        Setting = setting,
        Recall = Rates(Families, (run, account) => _runs[run].Rule[account].HasFlag(outcome), malicious: true),
        FalsePositives = Rates(LookAlikes, (run, account) => _runs[run].Rule[account].HasFlag(outcome), malicious: false),
        CpuSeconds = seconds,
    };

    float[] Pool(List<float[]> scores, bool wanted)
        => [.. _runs.SelectMany((run, index) => scores[index].Where((_, account) => run.Truth[account].Malicious == wanted))];

    double Cpu(string name) => _runs.Sum(run => run.Entries.Single(entry => entry.Name == name).CpuSeconds);

    Dictionary<string, Rate> Rates(IReadOnlyList<string> groups, Func<int, int, bool> isFlagged, bool malicious)
    {
        var runs = groups.ToDictionary(group => group, _ => new List<(long, long)>());
        for (var run = 0; run < _runs.Count; run++)
        {
            var counts = new Dictionary<string, (long Hits, long Trials)>();
            for (var account = 0; account < _runs[run].Truth.Count; account++)
            {
                var item = _runs[run].Truth[account];
                if (item.Malicious == malicious)
                {
                    var group = Group(_runs[run], item);
                    var (hits, trials) = counts.GetValueOrDefault(group);
                    counts[group] = (hits + (isFlagged(run, account) ? 1 : 0), trials + 1);
                }
            }

            foreach (var (group, count) in counts)
            {
                runs[group].Add(count);
            }
        }

        return runs.ToDictionary(pair => pair.Key, pair => new Rate(pair.Value));
    }
}
