using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>A report as it must be shown and acted on: what people dismissed or overturned is held at observe, and what is new since is said.</summary>
/// <param name="Held">The dismissal that holds each account.</param>
public sealed record CaseOverlay(Report Report, IReadOnlyDictionary<string, Dismissal> Held)
{
    const int MostNamed = 6;

    /// <summary>Pure. Nothing of the evidence changes: it is the response that is taken back.</summary>
    public static Report Apply(Report report, CasePicture picture) => Of(report, picture).Report;

    public static CaseOverlay Of(Report report, CasePicture picture)
    {
        if (picture.Dismissals.All.IsEmpty)
        {
            return new CaseOverlay(report, new Dictionary<string, Dismissal>());
        }

        var held = new Dictionary<string, Dismissal>(StringComparer.Ordinal);
        var news = new Dictionary<string, News>(StringComparer.Ordinal);
        var free = new HashSet<string>(StringComparer.Ordinal);
        var accounts = new List<AccountJudgement>(report.Accounts.Count);
        foreach (var judgement in report.Accounts)
        {
            if (picture.Dismissals.Of(judgement) is { } dismissal)
            {
                held[judgement.Account] = dismissal;
                accounts.Add(judgement with { Response = Rung.Observe });
                Of(news, judgement.Campaign).Hold(dismissal);
                continue;
            }

            accounts.Add(judgement);
            if (judgement.Response > Rung.Observe)
            {
                free.Add(judgement.Campaign);
            }

            if (picture.Dismissals.Latest(judgement.Account) is { } former)
            {
                Of(news, judgement.Campaign).Add(judgement, former);
            }
        }

        return new CaseOverlay(
            report with { Accounts = accounts, Campaigns = [.. report.Campaigns.Select(campaign => Shown(campaign, news.GetValueOrDefault(campaign.Id), free))] }, held);
    }

    static News Of(Dictionary<string, News> all, string campaign) => all.TryGetValue(campaign, out var one) ? one : all[campaign] = new News();

    static Campaign Shown(Campaign campaign, News? news, HashSet<string> free) => news is null
        ? campaign
        : campaign with
        {
            Reasons = [.. campaign.Reasons, .. news.Sentences()],
            Response = free.Contains(campaign.Id) ? campaign.Response : Rung.Observe,
            Until = free.Contains(campaign.Id) ? campaign.Until : null,
        };

    /// <summary>What a campaign has to do with earlier dismissals.</summary>
    sealed class News
    {
        readonly Dictionary<Dismissal, int> _holds = [];
        readonly Dictionary<Dismissal, (SortedSet<string> Kinds, HashSet<ulong> Keys)> _added = [];

        public void Hold(Dismissal dismissal) => _holds[dismissal] = _holds.GetValueOrDefault(dismissal) + 1;

        public void Add(AccountJudgement judgement, Dismissal former)
        {
            if (!_added.TryGetValue(former, out var added))
            {
                _added[former] = added = (new SortedSet<string>(StringComparer.Ordinal), []);
            }

            added.Kinds.UnionWith(Dismissals.KindsOf(judgement.Evidence).Where(kind => !former.Kinds.Contains(kind)));
            added.Keys.UnionWith(judgement.TraitKeys.Where(key => !former.TraitKeys.Contains(key)));
        }

        public IEnumerable<string> Sentences()
        {
            foreach (var (dismissal, accounts) in _holds.OrderByDescending(hold => hold.Value).ThenBy(hold => hold.Key.Case, StringComparer.Ordinal).Take(MostNamed))
            {
                yield return $"{accounts} of its accounts {(accounts == 1 ? "is" : "are")} held at observe: {dismissal.By} {Did(dismissal)} {dismissal.Case} on {dismissal.At:yyyy-MM-dd} ({
                    dismissal.Reason}), and nothing is held against them that was not known then.";
            }

            foreach (var (former, (kinds, keys)) in _added.OrderBy(added => added.Key.Case, StringComparer.Ordinal).Take(MostNamed))
            {
                var what = kinds.Count > 0 ? $"evidence of kind {string.Join(", ", kinds)}" : "no other kind of evidence";
                yield return $"New since {former.By} {Did(former)} {former.Case}: {what}, and {keys.Count} linking traits.";
            }
        }

        static string Did(Dismissal dismissal) => dismissal.As == CaseState.Overturned ? "overturned" : "dismissed";
    }
}
