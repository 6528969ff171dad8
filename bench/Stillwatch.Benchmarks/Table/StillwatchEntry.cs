using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;

namespace Stillwatch.Benchmarks.Table;

/// <summary>
/// Stillwatch as an entry of the table: its own fixed rule, and its confidence as a score for the curve. Its cost includes the sketch.
/// </summary>
internal sealed class StillwatchEntry
{
    public const string Name = "Stillwatch";

    readonly Sketcher _sketcher;
    readonly CampaignDetector _detector;

    public StillwatchEntry(Simulation simulation, bool withRecords)
    {
        var key = DetectionKey.FromText("bench table");
        var (models, ids) = (new ModelNames(), new AccountIds());
        _sketcher = new Sketcher(key, models, ids, new AppRegister(withRecords ? simulation.Apps : []));
        _detector = new CampaignDetector(new DetectorSettings(), key, new AccountDirectory(key, withRecords ? simulation.Accounts : []), models, ids);
    }

    public void Add(ReadOnlySpan<ParsedExchange> exchanges)
    {
        foreach (var exchange in exchanges)
        {
            _sketcher.Sketch(exchange, out var sketch);
            _detector.Add(sketch);
        }
    }

    public void Complete() => _detector.Complete();

    /// <summary>
    /// The confidence of each account's judgement (0 when there is none or it is held to be automation), and what the fixed rule does.
    /// </summary>
    public (IReadOnlyList<ScoredSetting> Confidence, IReadOnlyList<RuleOutcome> Rule) Scores(IReadOnlyList<AccountTruth> truth)
    {
        var report = _detector.Report([]);
        var verdicts = report.Campaigns.ToDictionary(campaign => campaign.Id, campaign => campaign.Verdict);
        var judgements = report.Accounts.GroupBy(item => item.Account).ToDictionary(group => group.Key, group => group.ToList());
        var scores = new float[truth.Count];
        var rule = new RuleOutcome[truth.Count];
        for (var account = 0; account < truth.Count; account++)
        {
            foreach (var item in judgements.GetValueOrDefault(truth[account].Account) ?? [])
            {
                var verdict = verdicts.TryGetValue(item.Campaign, out var known) ? known : default;
                scores[account] = Math.Max(scores[account], verdict == Engine.Judgement.Verdict.Automation ? 0 : (float)item.Confidence);
                if (item.Response >= Rung.Verify)
                {
                    rule[account] |= RuleOutcome.Verify
                        | (item.Response > Rung.Verify ? RuleOutcome.Shape : 0)
                        | (verdict == truth[account].Verdict ? RuleOutcome.RightVerdict : 0);
                }
            }
        }

        return ([new ScoredSetting("confidence", scores)], rule);
    }
}

/// <summary>What Stillwatch decided on an account, by its own rule.</summary>
[Flags]
internal enum RuleOutcome : byte
{
    None = 0,

    /// <summary>At <c>verify</c> or above.</summary>
    Verify = 1,

    /// <summary>At <c>shape</c> or above.</summary>
    Shape = 2,

    /// <summary>At <c>verify</c> or above, in a campaign of the true verdict.</summary>
    RightVerdict = 4,
}
