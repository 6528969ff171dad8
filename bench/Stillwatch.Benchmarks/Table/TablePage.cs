using System.Text;

namespace Stillwatch.Benchmarks.Table;

/// <summary>The table as Markdown, for standard output and for <c>docs/evaluation.md</c>: verdict first, then recall, harm, cost.</summary>
internal static class TablePage
{
    public static string Format(DetectorTable table, IReadOnlyList<RunScores> runs, double budgetRatio, string title, string command)
    {
        var text = new StringBuilder();
        var lawful = table.Ours.PooledFalsePositives.Trials;
        text.Append($"### Against published detectors: {title}\n\n`{command}`\n\n");
        text.Append($"{runs.Count} {(runs.Count == 1 ? "run" : "runs")}, {runs.Sum(run => run.Exchanges):N0} exchanges, {lawful:N0} lawful and {table.Ours.PooledRecall.Trials:N0} campaign accounts. ")
            .Append($"Each baseline has the setting and the threshold that give it the highest pooled recall with at most {Percent(budgetRatio)} of lawful accounts flagged ")
            .Append($"({(int)(budgetRatio * lawful):N0} of them), chosen over these very runs with the truth in hand; Stillwatch has its own rule, without a threshold. ")
            .Append("SEAT, PRADA and MMD use hashed word n-grams, as no embedding model is at hand. `docs/baselines.md` defines them all.\n\n");
        Summary(text, table);
        Verdict(text, table);
        Recall(text, table);
        FalsePositives(text, table);
        Costs(text, table, runs);
        return text.ToString();
    }

    static void Summary(StringBuilder text, DetectorTable table)
    {
        text.Append("| detector | pooled recall | mean of families | recall, nobody wronged | best ROC area | lawful flagged | CPU-seconds | setting |\n|---|--:|--:|--:|--:|--:|--:|---|\n");
        foreach (var column in table.All)
        {
            text.Append($"| {Bold(column)} | {Cell(column.PooledRecall)} | {Percent(column.MeanRecall)} | {(column.RecallAtNone is { } none ? Percent(none) : "")} ")
                .Append($"| {(column.Area is { } area ? $"{area:0.000}" : "")} | {column.PooledFalsePositives.Hits:N0} ({Percent(column.PooledFalsePositives.Ratio)}) | {column.CpuSeconds:0.0} | {column.Setting} |\n");
        }

        text.Append($"\nCounted as `evaluate` does, with the true verdict: {Percent(table.OursRight.PooledRecall.Ratio)}. Intervals: 95 %, the wider of Clopper–Pearson over accounts and a bootstrap over rings")
            .Append($" (a campaign of one run; from {Interval.FewestRings} on), because accounts of one ring are not independent.\n\n");
    }

    static void Verdict(StringBuilder text, DetectorTable table)
    {
        var rows = Verdicts.Of(table.Ours, table.Baselines, table.Families);
        int Count(Outcome outcome) => rows.Count(row => row.Family != Verdicts.Pooled && row.Outcome == outcome);
        text.Append($"Row by row, Stillwatch's own rule against the best baseline of that row: **{Count(Outcome.Win)} wins, {Count(Outcome.Tie)} ties, {Count(Outcome.Loss)} losses**; ")
            .Append($"pooled: **{rows[^1].Outcome.ToString().ToLowerInvariant()}**. ")
            .Append("A loss is recall below the baseline's Clopper–Pearson interval (the narrower); a win is above the wider.\n\n");
        text.Append("| campaign | Stillwatch | best baseline | its recall | |\n|---|--:|---|--:|---|\n");
        foreach (var row in rows)
        {
            text.Append($"| {row.Family} | {Cell(row.Ours)} | {row.Rival} | {Cell(row.Theirs)} | {(row.Outcome == Outcome.Loss ? "**loss**" : row.Outcome.ToString().ToLowerInvariant())} |\n");
        }

        text.Append('\n');
    }

    static void Recall(StringBuilder text, DetectorTable table)
    {
        text.Append("Recall by campaign family, at those thresholds:\n\n").Append(Header("campaign", table));
        foreach (var family in table.Families)
        {
            text.Append($"| {family} ({table.Ours.Recall[family].Trials:N0}) |{string.Concat(table.All.Select(column => $" {Cell(column.Recall[family])} |"))}\n");
        }

        text.Append('\n');
    }

    static void FalsePositives(StringBuilder text, DetectorTable table)
    {
        text.Append("Lawful accounts flagged, by look-alike class, at those thresholds:\n\n").Append(Header("class", table));
        foreach (var name in table.LookAlikes)
        {
            text.Append($"| {name} ({table.Ours.FalsePositives[name].Trials:N0}) |{string.Concat(table.All.Select(column => $" {Wronged(column.FalsePositives[name])} |"))}\n");
        }

        text.Append($"| **all lawful** |{string.Concat(table.All.Select(column => $" {column.PooledFalsePositives.Hits:N0} |"))}\n\n");
    }

    static void Costs(StringBuilder text, DetectorTable table, IReadOnlyList<RunScores> runs)
    {
        var bounds = runs.SelectMany(run => run.Bounds).GroupBy(bound => bound.What).Select(group => $"{group.Sum(bound => bound.Count):N0} {group.Key}");
        text.Append($"CPU-seconds are process CPU time around each detector's calls over all runs, the shared text features it needs included (so they are counted more than once), making the traffic ({runs.Sum(run => run.SimulationSeconds):0} s) not; ")
            .Append($"Stillwatch's include the sketch and every judgement on the way. Baselines together, at most: {table.Baselines.Sum(column => column.CpuSeconds) / runs.Count:0} CPU-seconds a run. Not seen for want of room: {string.Join(", ", bounds)}.\n");
    }

    static string Header(string first, DetectorTable table)
        => $"| {first} | {string.Join(" | ", table.All.Select(Bold))} |\n|---|{string.Concat(table.All.Select(_ => "--:|"))}\n";

    static string Bold(TableColumn column) => column.Name == DetectorTable.Rule ? $"**{column.Name}**" : column.Name;

    static string Cell(Rate rate) => rate.Trials == 0 ? "" : $"{Percent(rate.Ratio)} [{rate.Widest.Low * 100:0.0}–{rate.Widest.High * 100:0.0}]";

    static string Wronged(Rate rate) => rate.Hits == 0 ? "0" : $"{rate.Hits:N0} ({Percent(rate.Ratio)})";

    static string Percent(double ratio) => $"{ratio * 100:0.0} %";
}
