using System.Globalization;
using Stillwatch.Console.Live;
using Stillwatch.Console.Pages.Campaigns;
using Stillwatch.Console.Reports;
using Stillwatch.Console.Reports.Charts;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Pages.Overviews;

public sealed partial class OverviewPage
{
    const int MostCards = 6;
    const int MostNews = 12;
    const int SparkBuckets = 40;

    static readonly Verdict[] Verdicts = [Verdict.Distillation, Verdict.Resale, Verdict.Automation];

    IReadOnlyList<Campaign> _top = [];
    IReadOnlyList<(string Name, double Ratio)> _capabilities = [];
    IReadOnlyList<(string Name, double Ratio)> _models = [];
    IReadOnlyDictionary<(Verdict, Rung), int> _matrix = new Dictionary<(Verdict, Rung), int>();
    IReadOnlyList<double> _perSecond = [];
    long _harvested;
    int _accused;
    int _contained;
    int _false;
    string _rungs = "";
    ConsoleView? _read;

    Pulse Pulse => Feed.Pulse;

    string Says => View.Report.Input.Exchanges == 0
        ? "Waiting for the first exchange."
        : $"{Figures.Count(View.Accused.Count(campaign => campaign.Verdict == Verdict.Distillation), "campaign")} of distillation, {
            View.Accused.Count(campaign => campaign.Verdict == Verdict.Resale)} of resale, {View.Report.Campaigns.Count - View.Accused.Length} coordinated but harmless.{(_false == 0 ? "" : $" A person found {Figures.Count(_false)} of the suspected false: not counted below.")}";

    protected override Task RefreshAsync()
    {
        _perSecond = [.. Pulse.PerSecond.Select(count => (double)count)];
        _contained = Pulse.Health.Restricted.Where(held => held.Key >= Rung.Verify).Sum(held => held.Value);
        _rungs = string.Join(", ", Pulse.Health.Restricted.Where(held => held.Key >= Rung.Verify).OrderByDescending(held => held.Key)
            .Select(held => $"{Figures.Count(held.Value)} at {Wording.Rung(held.Key)}"));
        if (!ReferenceEquals(_read, View))
        {
            _read = View;
            Read(View.Report);
        }

        return Task.CompletedTask;
    }

    void Read(Report report)
    {
        _top = [.. CampaignQuery.Of(null, null, null, 1).Apply(View.Accused).Take(MostCards)];
        _matrix = report.Campaigns.CountBy(campaign => (campaign.Verdict, campaign.Response)).ToDictionary();
        var suspected = View.Accused.Where(campaign => View.FoundFalse(campaign) is null).ToList();
        _false = View.Accused.Length - suspected.Count;
        _harvested = suspected.Sum(campaign => campaign.Exchanges);
        _accused = suspected.Sum(campaign => campaign.Accounts.Count);
        var distilled = suspected.Where(campaign => campaign.Verdict == Verdict.Distillation).ToList();
        var exchanges = Math.Max(1, distilled.Sum(campaign => campaign.Exchanges));
        _capabilities =
        [
            .. distilled.SelectMany(campaign => campaign.Capabilities.Select(share => (share.Name, Exchanges: share.ShareRatio * campaign.Exchanges)))
                .GroupBy(share => share.Name).Select(group => (Wording.Words(group.Key), group.Sum(share => share.Exchanges) / exchanges)),
        ];
        _models =
        [
            .. distilled.SelectMany(campaign => campaign.Models).GroupBy(model => model.Key).Select(group => (group.Key, group.Sum(model => model.Value) / (double)exchanges)),
        ];
    }

    static IReadOnlyList<double> Activity(Campaign campaign) =>
        [.. TimelineBuckets.Of(campaign.Timeline, SparkBuckets).Buckets.Select(bucket => (double)bucket.Exchanges)];

    /// <summary>Who joined and left is told once for each campaign: the newest is what counts.</summary>
    static IEnumerable<News> Told(IEnumerable<News> news)
    {
        var counted = new HashSet<string>(StringComparer.Ordinal);
        return news.Where(one => one.Kind != "members" || counted.Add(one.Campaign)).Take(MostNews);
    }

    static string Rate(double rate) => rate.ToString(rate < 10 ? "0.0" : "N0", CultureInfo.InvariantCulture);

    // The sentence begins with the campaign's id, which is the link before it.
    static string Rest(News news) => news.Says.StartsWith(news.Campaign, StringComparison.Ordinal) ? news.Says[news.Campaign.Length..].TrimStart() : news.Says;
}
