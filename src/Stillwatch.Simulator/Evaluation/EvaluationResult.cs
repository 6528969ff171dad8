using System.Text.Json.Serialization;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>How well a report agrees with the truth, as counts: results of several runs add up (<see cref="Pool"/>), rates follow from the sums.</summary>
public sealed record EvaluationResult
{
    public required int Runs { get; init; }

    /// <summary>Benign classes, in order of their names.</summary>
    public required IReadOnlyList<ClassScore> Classes { get; init; }

    /// <summary>True campaigns, in order of their names.</summary>
    public required IReadOnlyList<CampaignScore> Campaigns { get; init; }

    /// <summary>What each campaign cost whoever ran it, at assumed prices; empty without the scenario.</summary>
    public IReadOnlyList<CampaignCost> Costs
    {
        get
        {
            var plain = Campaigns.FirstOrDefault(score => score.Campaign == PlainCampaign);
            return [.. Campaigns.Where(score => score is { SpentUsd: not null, Harvested: > 0 }).Select(score => CampaignCost.Of(score, plain))];
        }
    }

    /// <summary>The campaign that multipliers compare with.</summary>
    public const string PlainCampaign = "campaign:plain";

    /// <summary>Accounts at verify or above, and how many of them are malicious.</summary>
    public required Share FlaggedAccounts { get; init; }

    /// <summary>Reported campaigns of verdict distillation or resale, and how many of them have a malicious majority.</summary>
    public required Share ReportedCampaigns { get; init; }

    /// <summary>Exchanges by true label and by the verdict on their account's campaign.</summary>
    public required IReadOnlyList<ConfusionCell> Confusion { get; init; }

    /// <summary>Ten bins of stated confidence over the judged accounts.</summary>
    public required IReadOnlyList<ReliabilityBin> Reliability { get; init; }

    /// <summary>Share of flagged accounts that are malicious, 0 to 1; 1 when none was flagged.</summary>
    public double AccountPrecisionRatio => FlaggedAccounts.Ratio;

    /// <summary>Share of reported campaigns that are true ones, 0 to 1; 1 when none was reported.</summary>
    public double CampaignPrecisionRatio => ReportedCampaigns.Ratio;

    /// <summary>Mean distance between stated confidence and frequency, weighted by the bins' sizes, 0 to 1.</summary>
    public double ExpectedCalibrationError
    {
        get
        {
            var all = Reliability.Sum(bin => bin.Accounts);
            return all == 0 ? 0 : Reliability.Sum(bin => Math.Abs(bin.SumConfidence - bin.Right)) / all;
        }
    }

    /// <summary>The results of several runs as one. Order and grouping do not matter.</summary>
    public static EvaluationResult Pool(IEnumerable<EvaluationResult> results)
    {
        var all = results.ToList();
        return new EvaluationResult
        {
            Runs = all.Sum(result => result.Runs),
            Classes = [.. all.SelectMany(result => result.Classes).GroupBy(score => score.Class).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => new ClassScore(group.Key, group.Sum(score => score.Accounts), group.Sum(score => score.Verified), group.Sum(score => score.Restricted)))],
            Campaigns = [.. all.SelectMany(result => result.Campaigns).GroupBy(score => score.Campaign).OrderBy(group => group.Key, StringComparer.Ordinal)
                .Select(group => group.Aggregate(CampaignScore.Add))],
            FlaggedAccounts = Share.Sum(all.Select(result => result.FlaggedAccounts)),
            ReportedCampaigns = Share.Sum(all.Select(result => result.ReportedCampaigns)),
            Confusion = [.. all.SelectMany(result => result.Confusion).GroupBy(cell => (cell.Label, cell.Verdict))
                .OrderBy(group => group.Key.Label, StringComparer.Ordinal).ThenBy(group => group.Key.Verdict, StringComparer.Ordinal)
                .Select(group => new ConfusionCell(group.Key.Label, group.Key.Verdict, group.Sum(cell => cell.Exchanges)))],
            Reliability = [.. all.SelectMany(result => result.Reliability).GroupBy(bin => bin.Bin).OrderBy(group => group.Key)
                .Select(group => new ReliabilityBin(group.Key, group.Sum(bin => bin.Accounts), group.Sum(bin => bin.SumConfidence), group.Sum(bin => bin.Right)))],
        };
    }
}

/// <summary>Some of many.</summary>
public readonly record struct Share(long Of, long Hits)
{
    /// <summary>0 to 1; 1 when there is nothing to be wrong about.</summary>
    public double Ratio => Of == 0 ? 1 : (double)Hits / Of;

    public static Share Sum(IEnumerable<Share> shares)
    {
        var all = shares.ToList();
        return new Share(all.Sum(share => share.Of), all.Sum(share => share.Hits));
    }
}

/// <summary>False positives of one benign class.</summary>
/// <param name="Verified">Accounts whose own rung is <c>verify</c>, no more.</param>
/// <param name="Restricted">Accounts at <c>shape</c> or above.</param>
public sealed record ClassScore(string Class, long Accounts, long Verified, long Restricted)
{
    public double VerifiedRatio => Accounts == 0 ? 0 : (double)Verified / Accounts;

    public double RestrictedRatio => Accounts == 0 ? 0 : (double)Restricted / Accounts;

    /// <summary>One-sided 95 % upper bound (<see cref="ClopperPearson"/>).</summary>
    public double VerifiedUpperRatio => ClopperPearson.Upper(Verified, Accounts);

    /// <summary>One-sided 95 % upper bound (<see cref="ClopperPearson"/>).</summary>
    public double RestrictedUpperRatio => ClopperPearson.Upper(Restricted, Accounts);
}

/// <summary>How one true campaign was found.</summary>
/// <param name="Found">Accounts in a reported campaign of the true verdict whose own rung is verify or above.</param>
/// <param name="Restricted">Accounts at shape or above.</param>
/// <param name="Exchanges">Harvested or resold exchanges, cover left out.</param>
/// <param name="LostBeforeOwn">Those of them before their account's own <c>detected_at</c>; all, for an account not found.</param>
/// <param name="LostBeforeAlarm">Those of them before the first alarm on the campaign; all, when there was none.</param>
/// <param name="Alarmed">Runs in which there was an alarm.</param>
public sealed record CampaignScore(
    string Campaign, string Verdict, int Runs, long Accounts, long Found, long Restricted, long Exchanges, long LostBeforeOwn, long LostBeforeAlarm, int Alarmed)
{
    /// <summary>Harvest exchanges alone: neither resold nor cover.</summary>
    public long Harvested { get; init; }

    /// <summary>Those of them before their account's own <c>detected_at</c>.</summary>
    public long HarvestedBeforeOwn { get; init; }

    /// <summary>What the campaign cost, US dollars at assumed prices (<see cref="AttackerPrices"/>), had nobody stopped it; null when its plan is not known.</summary>
    public double? SpentUsd { get; init; }

    /// <summary>What it cost when each account is spent with its own detection.</summary>
    public double? SpentBeforeOwnUsd { get; init; }

    /// <summary>Mean age at which an account begins to harvest, days; null when the plan is not known.</summary>
    public double? DelayDays { get; init; }

    /// <summary>Share of exchanges served before the account's own detection, 0 to 1.</summary>
    public double LostBeforeOwnRatio => Exchanges == 0 ? 0 : (double)LostBeforeOwn / Exchanges;

    /// <summary>Share of accounts found, 0 to 1.</summary>
    public double RecallRatio => Accounts == 0 ? 0 : (double)Found / Accounts;

    /// <summary>Share of exchanges served before the first alarm, 0 to 1.</summary>
    public double LostBeforeAlarmRatio => Exchanges == 0 ? 0 : (double)LostBeforeAlarm / Exchanges;

    internal static CampaignScore Add(CampaignScore a, CampaignScore b)
        => new(a.Campaign, a.Verdict, a.Runs + b.Runs, a.Accounts + b.Accounts, a.Found + b.Found, a.Restricted + b.Restricted, a.Exchanges + b.Exchanges,
            a.LostBeforeOwn + b.LostBeforeOwn, a.LostBeforeAlarm + b.LostBeforeAlarm, a.Alarmed + b.Alarmed)
        {
            Harvested = a.Harvested + b.Harvested,
            HarvestedBeforeOwn = a.HarvestedBeforeOwn + b.HarvestedBeforeOwn,
            SpentUsd = a.SpentUsd + b.SpentUsd,
            SpentBeforeOwnUsd = a.SpentBeforeOwnUsd + b.SpentBeforeOwnUsd,
            DelayDays = a.DelayDays is { } one && b.DelayDays is { } other ? ((one * a.Runs) + (other * b.Runs)) / (a.Runs + b.Runs) : null,
        };
}

/// <summary>What a thousand harvested exchanges cost an attacker, at assumed prices: compare campaigns, do not believe the dollars.</summary>
/// <param name="UndetectedUsd">Per 1,000 harvested exchanges, had nobody stopped it.</param>
/// <param name="ServedUsd">Per 1,000 harvested before the account's own detection, when a detected account is spent; null when nothing was served.</param>
/// <param name="UndetectedMultiplier">Against the plain campaign's; null when the run has none.</param>
/// <param name="ServedMultiplier">Against the plain campaign's, as it was found in the same run.</param>
/// <param name="HoldsMultiplier">Served against undetected, of the same campaign: by what detection raised its price.</param>
public sealed record CampaignCost(
    string Campaign, long Accounts, double SpentUsd, double? DelayDays, double UndetectedUsd, double? ServedUsd, double? UndetectedMultiplier, double? ServedMultiplier, double? HoldsMultiplier)
{
    internal static CampaignCost Of(CampaignScore score, CampaignScore? plain)
    {
        var (undetected, served) = PerThousand(score);
        var (plainUndetected, plainServed) = plain is { SpentUsd: not null, Harvested: > 0 } ? PerThousand(plain) : (null, null);
        return new CampaignCost(
            score.Campaign, score.Accounts, score.SpentUsd!.Value, score.DelayDays, undetected!.Value, served,
            undetected / plainUndetected, served / plainServed, served / undetected);
    }

    static (double? Undetected, double? Served) PerThousand(CampaignScore score)
        => (1000 * score.SpentUsd / score.Harvested, score.HarvestedBeforeOwn == 0 ? null : 1000 * score.SpentBeforeOwnUsd / score.HarvestedBeforeOwn);
}

/// <param name="Label">What the exchange was.</param>
/// <param name="Verdict">The verdict on the campaign its account was put into, or <c>none</c>.</param>
public sealed record ConfusionCell(string Label, string Verdict, long Exchanges);

/// <param name="Bin">0 to 9: confidence from bin/10 up to the next.</param>
/// <param name="SumConfidence">Sum of the stated confidences.</param>
/// <param name="Right">Accounts for which campaign and verdict are true.</param>
public sealed record ReliabilityBin(int Bin, long Accounts, double SumConfidence, long Right);

/// <summary>Writes results as JSON: snake_case, rates included.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true, NewLine = "\n")]
[JsonSerializable(typeof(EvaluationResult))]
public sealed partial class EvaluationJson : JsonSerializerContext;
