using System.Globalization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Gateway.Recording.Changes;

/// <summary>The campaigns that a report accuses, small enough to keep until the next one, and what the next one changes. Immutable.</summary>
sealed class HeldCampaigns
{
    readonly Dictionary<string, Held> _byId = new(StringComparer.Ordinal);

    public static HeldCampaigns Nothing { get; } = new();

    public static HeldCampaigns Of(Report report)
    {
        var held = new HeldCampaigns();
        foreach (var campaign in report.Campaigns.Where(campaign => campaign.Verdict != Verdict.Automation))
        {
            held._byId[campaign.Id] = new Held(
                campaign.Verdict, campaign.Response, campaign.Confidence, [.. campaign.Accounts], [.. campaign.Pivots.Select(PivotKey)]);
        }

        return held;
    }

    /// <summary>What is different in <paramref name="next"/>, which <paramref name="report"/> holds: first what appeared, then what changed, then what went.</summary>
    public IReadOnlyList<CampaignChange> ChangesTo(HeldCampaigns next, Report report)
    {
        var at = report.Input.To;
        var (appeared, changed, gone) = (new List<CampaignChange>(), new List<CampaignChange>(), new List<CampaignChange>());
        foreach (var campaign in report.Campaigns.Where(campaign => next._byId.ContainsKey(campaign.Id)))
        {
            if (!_byId.TryGetValue(campaign.Id, out var before))
            {
                appeared.Add(Appeared(campaign, at));
            }
            else
            {
                changed.AddRange(Changed(campaign, before, next._byId[campaign.Id], at));
            }
        }

        foreach (var (id, before) in _byId.Where(held => !next._byId.ContainsKey(held.Key)))
        {
            gone.Add(Gone(id, before, next, at));
        }

        return [.. appeared, .. changed, .. gone];
    }

    static CampaignChange Appeared(Campaign campaign, DateTimeOffset? at) => Of(
        ChangeKind.Appeared, campaign, at, $"{campaign.Id} is suspected of {Name(campaign.Verdict)}: {Accounts(campaign.Accounts.Count)}, {Percent(campaign.Confidence)}, {Name(campaign.Response)}.")
        with { Joined = [.. campaign.Accounts.Take(CampaignChange.MostNames)], JoinedCount = campaign.Accounts.Count };

    static IEnumerable<CampaignChange> Changed(Campaign campaign, Held before, Held now, DateTimeOffset? at)
    {
        if (before.Verdict != now.Verdict)
        {
            yield return Of(ChangeKind.Verdict, campaign, at, $"{campaign.Id} is now judged {Name(now.Verdict)}, was {Name(before.Verdict)}.") with { WasVerdict = before.Verdict };
        }

        if (before.Response != now.Response)
        {
            yield return Of(ChangeKind.Response, campaign, at, $"{campaign.Id} is now at {Name(now.Response)}, was at {Name(before.Response)}.") with { WasResponse = before.Response };
        }

        var (joined, left) = (campaign.Accounts.Where(account => !before.Accounts.Contains(account)).ToList(), before.Accounts.Where(account => !now.Accounts.Contains(account)).Order(StringComparer.Ordinal).ToList());
        if (joined.Count + left.Count > 0)
        {
            yield return Of(ChangeKind.Members, campaign, at, $"{campaign.Id} has {Accounts(now.Accounts.Count)}: {joined.Count} joined, {left.Count} left.")
                with { Joined = [.. joined.Take(CampaignChange.MostNames)], JoinedCount = joined.Count, Left = [.. left.Take(CampaignChange.MostNames)], LeftCount = left.Count };
        }

        foreach (var pivot in campaign.Pivots.Where(pivot => !before.Pivots.Contains(PivotKey(pivot))))
        {
            yield return Of(ChangeKind.Pivot, campaign, at, $"{campaign.Id} moved {Percent(pivot.ShareRatio)} of its exchanges from {pivot.From} to {pivot.To}.") with { Pivot = pivot };
        }
    }

    static CampaignChange Gone(string id, Held before, HeldCampaigns next, DateTimeOffset? at)
    {
        var into = next._byId.Where(held => 2 * held.Value.Accounts.Count(before.Accounts.Contains) > before.Accounts.Count).Select(held => held.Key).FirstOrDefault();
        return new CampaignChange(
            ChangeKind.Gone, at, id, before.Verdict, before.Response, before.Confidence, before.Accounts.Count,
            into is null ? $"{id} is not suspected any more." : $"{id} is now part of {into}.") { Into = into };
    }

    static CampaignChange Of(ChangeKind kind, Campaign campaign, DateTimeOffset? at, string says) =>
        new(kind, at, campaign.Id, campaign.Verdict, campaign.Response, campaign.Confidence, campaign.Accounts.Count, says);

    // By models: its date moves a little as the sample grows, and the same move is no news.
    static string PivotKey(Pivot pivot) => $"{pivot.From}\n{pivot.To}";

    static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();

    static string Accounts(int count) => count == 1 ? "1 account" : $"{count} accounts";

    static string Percent(double ratio) => (ratio * 100).ToString("0.#", CultureInfo.InvariantCulture) + " %";

    sealed record Held(Verdict Verdict, Rung Response, double Confidence, HashSet<string> Accounts, HashSet<string> Pivots);
}
