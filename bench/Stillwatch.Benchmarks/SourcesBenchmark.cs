using System.Diagnostics;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Benchmarks;

/// <summary>Leave one source out: how detection fares when campaigns harvest with one tool only, and when one tool is unknown to everybody.</summary>
/// <remarks>
/// Detection learns nothing from any source, so what is held out is held out of the simulation: first every campaign draws from the one
/// source, while lawful evaluators and labellers go on using all of them; then the source is taken out of the corpus altogether.
/// </remarks>
internal static class SourcesBenchmark
{
    sealed record Row(string Source, EvaluationResult Result)
    {
        public double Plain => Recall("reasonlike", "toollike", "codelike");

        public long Restricted => Result.Classes.Sum(score => score.Restricted);

        public long Verified => Result.Classes.Sum(score => score.Verified);

        // What hurts most first: people restricted, campaigns missed, people asked.
        public double Badness => (Restricted * 1000) + (Verified * 10) + ((1 - Plain) * 100) + (1 - Recall("hydra")) + (1 - Recall("relay"));

        public double Recall(params string[] names)
        {
            var scores = Result.Campaigns.Where(score => names.Contains(score.Campaign.Split(':')[1])).ToList();
            return scores.Sum(score => score.Accounts) is > 0 and var accounts ? (double)scores.Sum(score => score.Found) / accounts : 0;
        }

        public override string ToString()
        {
            var lost = Result.Campaigns.Max(score => score.LostBeforeAlarmRatio);
            var count = Result.Campaigns.Max(score => score.LostBeforeAlarm);
            return $"  {Source,-26}{Plain,9:P1}{Recall("hydra"),9:P1}{Recall("relay"),9:P1}{Restricted,9}{Verified,9}{Result.CampaignPrecisionRatio,11:P1}{count,12:N0}{lost,9:P1}{string.Concat(Result.Classes.Where(score => score.Restricted > 0).Select(score => $"  restricted: {score.Restricted} {score.Class}"))}";
        }
    }

    public static void Run(string corpus, double scale, ulong seed, string? only, TextWriter output, TextWriter error)
    {
        var sources = CorpusReader.Read(new CorpusOptions(corpus, [], []))
            .Select(record => record.Campaign).OfType<string>().Distinct().Order(StringComparer.Ordinal).ToList();
        if (only is not null)
        {
            sources = [.. sources.Where(source => only.Split(',').Contains(source))];
        }

        Table($"Campaigns harvest with this source alone (seed {seed}, scale {scale:0.##})", sources, source => new CorpusOptions(corpus, [], [new SourcePattern(source)]), scale, seed, output, error);
        output.WriteLine();
        Table($"This source is taken out of the corpus (seed {seed}, scale {scale:0.##})", sources, source => new CorpusOptions(corpus, [new SourcePattern(source)], []), scale, seed, output, error);
    }

    static void Table(string title, List<string> sources, Func<string, CorpusOptions> options, double scale, ulong seed, TextWriter output, TextWriter error)
    {
        var clock = Stopwatch.StartNew();
        output.WriteLine(title);
        output.WriteLine($"  {"",-26}{"account recall",27}{"benign accounts",18}{"campaign",11}{"most lost before",21}");
        output.WriteLine($"  {"source",-26}{"plain",9}{"hydra",9}{"relay",9}{"shape+",9}{"verify",9}{"precision",11}{"first alarm",12}{"share",9}");
        var rows = new List<Row>();
        foreach (var source in sources)
        {
            var row = new Row(source, new SimulatedRun { Scenario = "disclosure-small", Seed = seed, Scale = scale, Corpus = options(source) }.Evaluate());
            rows.Add(row);
            output.WriteLine(row);
            output.Flush();
            error.WriteLine($"{source}: {rows.Count} of {sources.Count}, {clock.Elapsed.TotalSeconds:0} s");
        }

        if (rows.Count > 0)
        {
            output.WriteLine($"worst: {rows.MaxBy(row => row.Badness)!.ToString().Trim()}");
        }
    }
}
