using Microsoft.AspNetCore.Components;
using Stillwatch.Console.Live;
using Stillwatch.Console.Reports;
using Stillwatch.Console.Reports.Charts;
using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Pages.Campaigns;

/// <summary>One campaign: what was decided, why, what else it could be, what it took, and who is in it.</summary>
public sealed partial class CampaignPage
{
    const int MostZoom = 3;
    const int MembersPerPage = 100;
    const int MostClasses = 30;
    const int MostSimilar = 5;
    const int MostActions = 500;
    const double Wide = 1290;
    const double Narrow = 350;
    const double RingWide = 900;

    Campaign? _campaign;
    ConsoleView? _read;
    IReadOnlyList<(Case Case, int Accounts)> _cases = [];
    IReadOnlyList<(DateTimeOffset At, string Label, string Style)> _actions = [];
    IReadOnlyList<(string Name, double Ratio)> _capabilities = [];
    IReadOnlyList<(string Name, double Ratio)> _models = [];
    IReadOnlyList<SimilarCase> _similar = [];
    IReadOnlyList<AccountJudgement> _members = [];
    HarvestEstimate? _harvest;
    DecidedByPeople? _people;
    Case? _foundFalse;
    IReadOnlyList<string> _undrawn = [];
    RingGroups? _groups;
    Markup _ring;
    int _zoom = 1;
    int _page = 1;
    string? _trait;
    string? _seen;
    (string Id, int Zoom, string? Trait) _drawn;

    [Parameter] public string Id { get; set; } = "";

    /// <summary>How close the ring is looked at, 1 to 3.</summary>
    [SupplyParameterFromQuery] public string? Zoom { get; set; }

    /// <summary>Only members that show this trait.</summary>
    [SupplyParameterFromQuery] public string? Trait { get; set; }

    /// <summary>Page of members, from 1.</summary>
    [SupplyParameterFromQuery] public string? Page { get; set; }

    protected override async Task RefreshAsync()
    {
        if (_seen != Id)
        {
            await Acting.SawAsync($"campaign {Id}");
            _seen = Id;
        }

        (_zoom, _page) = (Math.Min(CampaignQuery.Number(Zoom), MostZoom), CampaignQuery.Number(Page));
        _campaign = View.Campaign(Id);
        _trait = _campaign?.Ring.Nodes.Any(node => node.Id == Trait && node.Kind != "account") == true ? Trait : null;
        if (_campaign is not { } campaign)
        {
            return;
        }

        if (!ReferenceEquals(_read, View) || _drawn != (Id, _zoom, _trait))
        {
            (_cases, _people, _foundFalse) = (View.CasesOf(campaign), View.ByPeople(campaign), View.FoundFalse(campaign));
            _actions = Actions();
            Read(campaign);
            (_read, _drawn) = (View, (Id, _zoom, _trait));
        }
    }

    void Read(Campaign campaign)
    {
        var exchanges = Math.Max(1, campaign.Models.Values.Sum());
        _capabilities = [.. campaign.Capabilities.Select(share => (Wording.Words(share.Name), share.ShareRatio))];
        _models = [.. campaign.Models.Select(model => (model.Key, model.Value / (double)exchanges))];
        _similar = _cases is [var (one, _), ..] ? SimilarCases.Of(one, View.Cases, MostSimilar) : [];
        _harvest = Parts.Desk.Harvest(campaign.Id, CaseHarvest.Of(campaign), campaign.Accounts);
        var sheet = CampaignSheet.Of(campaign, View);
        _groups = sheet.Groups(_zoom);
        _undrawn =
        [
            .. campaign.Evidence.GroupBy(item => item.Family).Where(family => family.Sum(item => item.LogOdds) > 0.5 && family.Key is not "time" && !campaign.Ring.Nodes.Any(node => node.Family == family.Key))
                .Select(family => Family.Of(family.Key).Title.ToLowerInvariant()),
        ];
        var drawing = RingDrawing.Draw(_groups, RingWide, trait => ChooseTrait(trait == _trait ? null : trait), _trait);
        _ring = drawing.Framed("ring-picture", "Accounts and the traits they share", RingDrawing.Describe(_groups), role: "group");
        _members = _trait is null ? sheet.Members : sheet.Showing(_trait);
    }

    /// <summary>When its cases first reached each rung, and when a person decided.</summary>
    IReadOnlyList<(DateTimeOffset, string, string)> Actions() =>
    [
        .. _cases.Take(3).SelectMany(found => Parts.Cases.Actions(found.Case.Id, null, 0, MostActions)).Select(found => found.Action)
            .Where(action => action.To > action.From).OrderBy(action => action.At).DistinctBy(action => action.To)
            .Select(action => (action.At, $"{Wording.Rung(action.To)}{(action.Enforced ? "" : " (recorded)")}", $"action r{(int)action.To}")),
    ];

    string ActionsInWords() => string.Concat(_actions.Select(action => $" {action.Label}: {Figures.Minute(action.At)}."));

    static Markup Framed(Drawing drawing, string id, string title, string description, string style) =>
        drawing.Height == 0 ? Markup.Of($"""<p class="soft {style}">No activity is kept.</p>""") : drawing.Framed(id, title, description, style);

    string At(int? zoom = null, string? trait = null, int? page = null, string? anchor = null, bool keepTrait = true)
    {
        var (z, t, p) = (zoom ?? _zoom, keepTrait ? trait ?? _trait : trait, page ?? 1);
        string?[] parts = [z == 1 ? null : $"zoom={z}", t is null ? null : $"trait={Uri.EscapeDataString(t)}", p == 1 ? null : $"page={p}"];
        var query = string.Join('&', parts.OfType<string>());
        return $"/campaigns/{Uri.EscapeDataString(Id)}{(query.Length == 0 ? "" : $"?{query}")}{(anchor is null ? "" : $"#{anchor}")}";
    }

    string Here(string anchor) => At(page: _page, anchor: anchor);

    string ZoomTo(int zoom) => At(zoom: Math.Clamp(zoom, 1, MostZoom), anchor: "ring");

    string ChooseTrait(string? trait) => At(trait: trait, anchor: trait is null ? "ring" : "members", keepTrait: false);

    /// <summary>The first pages, the last, and those around this one.</summary>
    IEnumerable<int> Pages()
    {
        var last = (_members.Count + MembersPerPage - 1) / MembersPerPage;
        return Enumerable.Range(1, last).Where(page => page <= 2 || page >= last - 1 || Math.Abs(page - _page) <= 2);
    }

    static string Sentence(Verdict verdict) => Wording.Meaning(verdict) is var meaning ? $"{char.ToUpperInvariant(meaning[0])}{meaning[1..]}." : "";

    static double FromRing(AccountJudgement member) => member.Evidence.Where(item => item.Family == "campaign").Sum(item => item.LogOdds);

    static double OwnWeight(AccountJudgement member) => member.Evidence.Where(item => item.Family != "campaign").Sum(item => item.LogOdds);

    static string Strongest(AccountJudgement member) =>
        member.Evidence.Where(item => item.Family != "campaign" && item.LogOdds > 0).MaxBy(item => item.LogOdds)?.Says ?? "none: it is here through its ring";
}
