using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>Compares a report with the truth. Add every exchange of the log, then ask for the result.</summary>
/// <remarks>
/// An account counts as found if it is in a reported campaign of its true verdict and its own rung is verify or above.
/// The first alarm on a true campaign is the earliest <c>detected_at</c> of a reported campaign (distillation or resale) most of whose members belong to it.
/// Where one ring swallowed several campaigns, it is an alarm on each of which it holds the majority, from the first of its accounts' own <c>detected_at</c> on.
/// A report does not say which exchange belongs to which template class, so the confusion is by the verdict on the account's campaign.
/// </remarks>
public sealed class Evaluator
{
    readonly Dictionary<string, AccountTruth> _truth;
    readonly Dictionary<string, AccountJudgement> _judgements;
    readonly Dictionary<string, Campaign> _reported;
    readonly Func<string, ExchangeLabel?> _labels;
    readonly Dictionary<string, long> _alarms = [];
    readonly Dictionary<(ExchangeLabel, Verdict?), long> _confusion = [];
    readonly Dictionary<string, (long Exchanges, long BeforeOwn, long BeforeAlarm)> _lost = [];
    readonly Dictionary<string, (long Paid, long PaidBeforeOwn, long Harvested, long HarvestedBeforeOwn)> _paid = [];
    readonly Scenario? _scenario;
    readonly Report _report;

    /// <param name="labels">The true label of an exchange id; null when the truth does not know it, which counts as harvest or benign by its account.</param>
    /// <param name="scenario">Where the campaigns' plans stand; without it nothing is said of what they cost.</param>
    public Evaluator(Report report, IEnumerable<AccountTruth> truth, Func<string, ExchangeLabel?> labels, Scenario? scenario = null)
    {
        _scenario = scenario;
        _report = report;
        _labels = labels;
        _truth = truth.ToDictionary(item => item.Account);
        _judgements = report.Accounts.GroupBy(item => item.Account).ToDictionary(group => group.Key, group => group.MaxBy(item => item.Response)!);
        _reported = report.Campaigns.ToDictionary(campaign => campaign.Id);
        foreach (var campaign in report.Campaigns.Where(campaign => campaign.Verdict != Verdict.Automation))
        {
            if (Majority(campaign) is { } name)
            {
                var at = campaign.DetectedAt.ToUnixTimeMilliseconds();
                _alarms[name] = Math.Min(at, _alarms.GetValueOrDefault(name, long.MaxValue));
            }

            foreach (var (swallowed, at) in Swallowed(campaign))
            {
                _alarms[swallowed] = Math.Min(at, _alarms.GetValueOrDefault(swallowed, long.MaxValue));
            }
        }
    }

    /// <summary>Exchanges of accounts that the truth does not know.</summary>
    public long UnknownExchanges { get; private set; }

    public void Add(LogEntry entry)
    {
        if (!_truth.TryGetValue(entry.Account, out var truth))
        {
            UnknownExchanges++;
            return;
        }

        var label = _labels(entry.Id) ?? (truth.Malicious ? ExchangeLabel.Harvest : ExchangeLabel.Benign);
        _judgements.TryGetValue(entry.Account, out var judgement);
        Verdict? verdict = judgement is not null && _reported.TryGetValue(judgement.Campaign, out var campaign) ? campaign.Verdict : null;
        _confusion[(label, verdict)] = _confusion.GetValueOrDefault((label, verdict)) + 1;
        if (!truth.Malicious)
        {
            return;
        }

        var beforeOwn = !Found(truth) || entry.TimeMs < judgement!.DetectedAt.ToUnixTimeMilliseconds();
        if (label != ExchangeLabel.Resale)
        {
            var (paid, paidOwn, harvested, harvestedOwn) = _paid.GetValueOrDefault(truth.Class);
            var harvest = label == ExchangeLabel.Harvest ? 1 : 0;
            _paid[truth.Class] = (paid + 1, paidOwn + (beforeOwn ? 1 : 0), harvested + harvest, harvestedOwn + (beforeOwn ? harvest : 0));
        }

        if (label is not (ExchangeLabel.Harvest or ExchangeLabel.Resale))
        {
            return;
        }

        var (exchanges, own, alarm) = _lost.GetValueOrDefault(truth.Class);
        var beforeAlarm = !_alarms.TryGetValue(truth.Class, out var at) || entry.TimeMs < at;
        _lost[truth.Class] = (exchanges + 1, own + (beforeOwn ? 1 : 0), alarm + (beforeAlarm ? 1 : 0));
    }

    public EvaluationResult Result()
    {
        var flagged = _judgements.Values.Where(item => item.Response >= Rung.Verify).ToList();
        var accusing = _report.Campaigns.Where(campaign => campaign.Verdict != Verdict.Automation).ToList();
        return new EvaluationResult
        {
            Runs = 1,
            Classes = [.. _truth.Values.Where(item => !item.Malicious).GroupBy(item => item.Class).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ClassScore(group.Key, group.Count(), group.Count(item => RungOf(item) == Rung.Verify), group.Count(item => RungOf(item) > Rung.Verify)))],
            Campaigns = [.. _truth.Values.Where(item => item.Malicious).GroupBy(item => item.Class).OrderBy(group => group.Key, StringComparer.Ordinal).Select(Score)],
            FlaggedAccounts = new Share(flagged.Count, flagged.Count(item => _truth.TryGetValue(item.Account, out var truth) && truth.Malicious)),
            ReportedCampaigns = new Share(accusing.Count, accusing.Count(campaign => campaign.Accounts.Count(IsMalicious) * 2 > campaign.Accounts.Count)),
            Confusion = [.. _confusion.Select(pair => new ConfusionCell(Name(pair.Key.Item1), Name(pair.Key.Item2), pair.Value))
                .OrderBy(cell => cell.Label, StringComparer.Ordinal).ThenBy(cell => cell.Verdict, StringComparer.Ordinal)],
            Reliability = Reliability(),
        };
    }

    CampaignScore Score(IGrouping<string, AccountTruth> group)
    {
        var (exchanges, own, alarm) = _lost.GetValueOrDefault(group.Key);
        var (paid, paidOwn, harvested, harvestedOwn) = _paid.GetValueOrDefault(group.Key);
        AttackerBudget? budget = _scenario?.Campaigns.FirstOrDefault(plan => $"campaign:{plan.Name}" == group.Key) is { } plan
            ? AttackerCost.Of(plan, _scenario.Hours, group.Count(), new AttackerPrices()) : null;
        return new CampaignScore(
            group.Key, Name(group.First().Verdict), 1, group.Count(), group.Count(Found), group.Count(item => RungOf(item) > Rung.Verify), exchanges, own, alarm, _alarms.ContainsKey(group.Key) ? 1 : 0)
        {
            Harvested = harvested,
            HarvestedBeforeOwn = harvestedOwn,
            SpentUsd = budget is { } all ? all.OnceUsd + (paid * all.PerExchangeUsd) : null,
            SpentBeforeOwnUsd = budget is { } until ? until.OnceUsd + (paidOwn * until.PerExchangeUsd) : null,
            DelayDays = budget?.DelayDays,
        };
    }

    List<ReliabilityBin> Reliability()
        => [.. _judgements.Values.GroupBy(item => Math.Clamp((int)(item.Confidence * 10), 0, 9)).OrderBy(group => group.Key)
            .Select(group => new ReliabilityBin(group.Key, group.Count(), group.Sum(item => item.Confidence), group.Count(Right)))];

    // A judgement is right when its account truly is of that verdict; automation is right of any benign account.
    bool Right(AccountJudgement judgement)
        => _truth.TryGetValue(judgement.Account, out var truth) && _reported.TryGetValue(judgement.Campaign, out var campaign)
            && (campaign.Verdict == Verdict.Automation ? !truth.Malicious : truth.Verdict == campaign.Verdict);

    bool Found(AccountTruth truth)
        => _judgements.TryGetValue(truth.Account, out var judgement) && judgement.Response >= Rung.Verify
            && _reported.TryGetValue(judgement.Campaign, out var campaign) && campaign.Verdict == truth.Verdict;

    Rung RungOf(AccountTruth truth) => _judgements.TryGetValue(truth.Account, out var judgement) ? judgement.Response : Rung.Observe;

    bool IsMalicious(string account) => _truth.TryGetValue(account, out var truth) && truth.Malicious;

    string? Majority(Campaign campaign)
        => campaign.Accounts.Where(IsMalicious).CountBy(account => _truth[account].Class)
            .Where(pair => pair.Value * 2 > campaign.Accounts.Count).Select(pair => pair.Key).FirstOrDefault();

    // Most of the ring is malicious, and most of this campaign's accounts are in it.
    IEnumerable<(string Campaign, long AtMs)> Swallowed(Campaign campaign)
    {
        var members = campaign.Accounts.Where(IsMalicious).ToList();
        return members.Count * 2 <= campaign.Accounts.Count ? [] : members.GroupBy(account => _truth[account].Class)
            .Where(group => group.Count() * 2 > _truth.Values.Count(item => item.Class == group.Key))
            .Select(group => (group.Key, group.Where(_judgements.ContainsKey).Select(account => _judgements[account].DetectedAt.ToUnixTimeMilliseconds()).DefaultIfEmpty(long.MaxValue).Min()))
            .Where(item => item.Item2 < long.MaxValue);
    }

    static string Name(ExchangeLabel label) => label.ToString().ToLowerInvariant();

    static string Name(Verdict? verdict) => verdict?.ToString().ToLowerInvariant() ?? "none";
}
