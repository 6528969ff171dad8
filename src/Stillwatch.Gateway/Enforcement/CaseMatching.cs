using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>Which campaign of a report is which case. A case outlives its campaign, and the sketches that the campaign was made of.</summary>
/// <remarks>
/// An account speaks for the campaign that holds the strictest response against it. A campaign belongs to the living case it shares most
/// accounts with, if these are more than half of the smaller; each case goes to one campaign, the one that shares most. Where a ring divides,
/// the larger part keeps the case; where two meet, the case that shares more takes the other's accounts.
/// </remarks>
sealed class CaseMatching
{
    readonly Dictionary<string, (AccountJudgement? Judgement, int Campaign)> _claims = new(StringComparer.Ordinal);
    readonly List<string>[] _members;

    public CaseMatching(CaseOverlay overlay, CasePicture picture)
    {
        var report = overlay.Report;
        var byId = report.Campaigns.Select((campaign, i) => (campaign.Id, i)).ToDictionary(pair => pair.Id, pair => pair.i, StringComparer.Ordinal);
        foreach (var judgement in report.Accounts)
        {
            if (byId.TryGetValue(judgement.Campaign, out var i) && IsAccused(report.Campaigns[i])
                && (!_claims.TryGetValue(judgement.Account, out var other) || IsStricter(judgement, other.Judgement!)))
            {
                _claims[judgement.Account] = (judgement, i);
            }
        }

        for (var i = 0; i < report.Campaigns.Count; i++)
        {
            foreach (var account in IsAccused(report.Campaigns[i]) ? report.Campaigns[i].Accounts : [])
            {
                _claims.TryAdd(account, (null, i));
            }
        }

        _members = [.. report.Campaigns.Select(_ => new List<string>())];
        foreach (var (account, claim) in _claims)
        {
            if (!overlay.Held.ContainsKey(account))
            {
                _members[claim.Campaign].Add(account);
            }
        }

        Benign = [.. report.Campaigns.Where(campaign => !IsAccused(campaign)).SelectMany(campaign => campaign.Accounts).Where(account => !_claims.ContainsKey(account))];
        Targets = new string?[report.Campaigns.Count];
        SplitFrom = new string?[report.Campaigns.Count];
        var hasHeld = report.Accounts.Where(judgement => overlay.Held.ContainsKey(judgement.Account)).Select(judgement => judgement.Campaign).ToHashSet(StringComparer.Ordinal);
        Qualifies = [.. report.Campaigns.Select((campaign, i) => IsAccused(campaign) && (!hasHeld.Contains(campaign.Id)
            || _members[i].Exists(account => _claims[account].Judgement is { Response: > Rung.Observe })))];
        Assign(picture);
    }

    /// <summary>The judgement that counts for each account, and the number of its campaign.</summary>
    public IReadOnlyDictionary<string, (AccountJudgement? Judgement, int Campaign)> Claims => _claims;

    /// <summary>Accounts that a benign verdict speaks for, and no other.</summary>
    public HashSet<string> Benign { get; }

    /// <summary>The case of each campaign; null for one that needs a new case, or none.</summary>
    public string?[] Targets { get; }

    /// <summary>The case that most accounts of a campaign without a case were in before.</summary>
    public string?[] SplitFrom { get; }

    /// <summary>Whether a campaign is one for a case: benign ones are not, nor those that hold nothing but what was dismissed.</summary>
    public bool[] Qualifies { get; }

    /// <summary>Accounts of a campaign that no dismissal holds.</summary>
    public IReadOnlyList<string> Members(int campaign) => _members[campaign];

    void Assign(CasePicture picture)
    {
        var overlaps = new List<(int Shared, int Campaign, string Case)>();
        for (var i = 0; i < _members.Length; i++)
        {
            overlaps.AddRange((Qualifies[i] ? _members[i] : []).Select(account => picture.CaseOf.GetValueOrDefault(account)).OfType<string>()
                .GroupBy(id => id).Select(group => (group.Count(), i, group.Key)));
        }

        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (shared, campaign, id) in overlaps.OrderByDescending(overlap => overlap.Shared).ThenBy(overlap => overlap.Case, StringComparer.Ordinal).ThenBy(overlap => overlap.Campaign))
        {
            if (Targets[campaign] is null && 2 * shared > Math.Min(_members[campaign].Count, picture.Cases[id].Accounts.Count))
            {
                if (taken.Add(id))
                {
                    Targets[campaign] = id;
                }
                else
                {
                    SplitFrom[campaign] ??= id;
                }
            }
        }
    }

    static bool IsAccused(Campaign campaign) => campaign.Verdict != Verdict.Automation;

    static bool IsStricter(AccountJudgement one, AccountJudgement other) =>
        one.Response > other.Response || (one.Response == other.Response && one.Confidence > other.Confidence);
}
