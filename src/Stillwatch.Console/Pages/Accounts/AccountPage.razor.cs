using Microsoft.AspNetCore.Components;
using Stillwatch.Console.Desk;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.Pages.Accounts;

/// <summary>One account over time: what is known of it, what is held of it and why, what it used, what was done, what it says.</summary>
public sealed partial class AccountPage
{
    static readonly int[] Spans = [7, 30, 90];

    /// <summary>The log is not asked again more often, however often the picture changes.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    AccountSheet? _sheet;
    IReadOnlyList<AccountJudgement> _judgements = [];
    IReadOnlyList<Appeal> _appeals = [];
    IReadOnlyList<Dismissal> _cleared = [];
    IReadOnlyList<(Case Case, HeldResponse Held)> _held = [];
    (string Name, int Span, CasePicture Cases)? _shown;
    long _askedAt;
    string? _wanted;
    string _why = "";
    string? _text;
    string? _textOf;
    string? _fault;

    [Parameter] public string Id { get; set; } = "";

    /// <summary>How many days; 30 when it is not one of the usual.</summary>
    [SupplyParameterFromQuery] public string? Days { get; set; }

    int Span => Campaigns.CampaignQuery.Number(Days) is var days && Spans.Contains(days) ? days : 30;

    // Routing leaves %2F in a segment, so that no id falls in two.
    string Name => Id.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    protected override async Task OnParametersSetAsync()
    {
        await Acting.SawAsync($"account {Name}");
        await base.OnParametersSetAsync();
    }

    protected override Task RefreshAsync()
    {
        var picture = Parts.Cases.Picture;
        if (_shown != (Name, Span, picture) || Parts.Time.GetElapsedTime(_askedAt) > Patience)
        {
            (_shown, _askedAt) = ((Name, Span, picture), Parts.Time.GetTimestamp());
            _sheet = Parts.Desk.Account(Name, Span);
            _held = picture.ResponsesOf(Name, Parts.EventTime.GetUtcNow());
            _cleared = [.. picture.Dismissals.All.Where(dismissal => dismissal.Accounts.Contains(Name)).Reverse()];
            _appeals = [.. picture.AppealsOf.GetValueOrDefault(Name, []).Select(id => picture.Appeals[id]).Reverse()];
        }

        _judgements = [.. View.Judgements(Name)];
        return Task.CompletedTask;
    }

    void Ask(string exchange) => (_wanted, _why, _text, _fault) = (exchange, "", null, null);

    async Task ReadAsync()
    {
        var (exchange, why) = (_wanted!, _why);
        // The desk writes the entry itself, before it reads; what is written here is only a refusal.
        _fault = null;
        try
        {
            var person = await Acting.RequireAsync(Role.Analyst, "content_read", $"account {Name}", why);
            _text = await Parts.Desk.ReadContentAsync(Name, exchange, person.Name, person.Role.ToString().ToLowerInvariant(), why, CancellationToken.None);
            (_textOf, _wanted, _fault) = (exchange, null, _text is null ? $"No text of {exchange} is stored." : null);
        }
        catch (Exception e) when (e is SignIn.NotAllowedException or IOException)
        {
            _fault = e.Message;
        }
    }

    static string Summary(AccountSheet sheet)
    {
        var (exchanges, output) = (sheet.Days.Sum(day => day.Exchanges), sheet.Days.Sum(day => day.OutputTokens));
        return $"{Figures.Count(exchanges, "exchange")}, {Figures.Short(output)} tokens out, {Figures.Count(sheet.Days.Select(day => day.Model).Distinct().Count(), "model")} in {
            sheet.Until.DayNumber - sheet.From.DayNumber + 1} days (UTC).";
    }

    static string Word(VerificationLevel level) => level.ToString().ToLowerInvariant();
}
