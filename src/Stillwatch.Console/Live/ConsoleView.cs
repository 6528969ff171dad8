using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Collections.Immutable;
using Stillwatch.Console.Pages.Campaigns;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Live;

/// <summary>Everything the pages show at one moment. Immutable; swapped as a whole by <see cref="ConsoleFeed"/>.</summary>
public sealed class ConsoleView
{
    readonly FrozenDictionary<string, Campaign> _campaigns;
    readonly ILookup<string, AccountJudgement> _members;
    readonly ILookup<string, AccountJudgement> _judgements;
    readonly ConcurrentDictionary<string, IReadOnlyList<(Case, int)>> _cases = new(StringComparer.Ordinal); // worked out once for all who look
    readonly Lazy<ILookup<string, Case>> _found; // by account: cases that a person found false
    readonly ConcurrentDictionary<string, Case?> _foundFalse = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, DecidedByPeople?> _byPeople = new(StringComparer.Ordinal);

    internal ConsoleView(Held held, CasePicture cases)
    {
        (Held, Cases) = (held, cases);
        _campaigns = held.Report.Campaigns.DistinctBy(campaign => campaign.Id).ToFrozenDictionary(campaign => campaign.Id, StringComparer.Ordinal);
        _members = held.Report.Accounts.ToLookup(judgement => judgement.Campaign, StringComparer.Ordinal);
        _judgements = held.Report.Accounts.ToLookup(judgement => judgement.Account, StringComparer.Ordinal);
        _found = new(() => cases.Cases.Values.Where(one => one.State is CaseState.Dismissed or CaseState.Overturned)
            .SelectMany(one => one.Accounts, (one, account) => (one, account)).ToLookup(found => found.account, found => found.one, StringComparer.Ordinal));
        Accused = [.. held.Report.Campaigns.Where(campaign => campaign.Verdict != Verdict.Automation)];
    }

    /// <summary>What pages of campaigns have worked out of this picture, by campaign.</summary>
    internal ConcurrentDictionary<string, CampaignSheet> Sheets { get; } = new(StringComparer.Ordinal);

    public static ConsoleView Nothing { get; } = new(
        new Held(new Report { Engine = "", PolicyHash = "", KeyId = "", Input = new InputSummary(), Campaigns = [], Accounts = [] }, 0, IsCurrent: false), CasePicture.Empty);

    public Held Held { get; }

    public Report Report => Held.Report;

    public CasePicture Cases { get; }

    /// <summary>Campaigns whose verdict is distillation or resale.</summary>
    public ImmutableArray<Campaign> Accused { get; }

    /// <summary>Event time of the newest exchange in it; null when there is none.</summary>
    public DateTimeOffset? AsOf => Report.Input.To;

    /// <summary>Null when there is no campaign of that id now.</summary>
    public Campaign? Campaign(string id) => _campaigns.GetValueOrDefault(id);

    /// <summary>What is held of a campaign's accounts, in the report's order.</summary>
    public IEnumerable<AccountJudgement> Members(string campaign) => _members[campaign];

    /// <summary>What is held of one account.</summary>
    public IEnumerable<AccountJudgement> Judgements(string account) => _judgements[account];

    /// <summary>The newest case in which a person found this campaign false; null when none did, or when it is under a case again.</summary>
    public Case? FoundFalse(Campaign campaign) => Cases.Dismissals.All.IsEmpty ? null : _foundFalse.GetOrAdd(campaign.Id, _ => CasesOf(campaign).Count > 0
        ? null
        : campaign.Accounts.SelectMany(account => _found.Value[account]).CountBy(one => one).Where(count => count.Value * 2 >= campaign.Accounts.Count)
            .Select(count => count.Key).MaxBy(one => one.Id, StringComparer.Ordinal));

    /// <summary>What is in force of an account where a person decided it; null where detection alone did.</summary>
    public HeldResponse? ByPerson(string account) =>
        Cases.CaseOf.GetValueOrDefault(account) is { } id && Cases.Cases[id].Held.GetValueOrDefault(account) is { IsByPerson: true } held ? held : null;

    /// <summary>What people decided of a campaign, where that goes beyond what detection did; null where nobody did.</summary>
    public DecidedByPeople? ByPeople(Campaign campaign) => _byPeople.GetOrAdd(campaign.Id, _ =>
    {
        var held = CasesOf(campaign).SelectMany(found => found.Case.Held).Where(one => one.Value.IsByPerson).ToList();
        return held.Count == 0
            ? null
            : new(
                held.Max(one => one.Value.Rung), held.Count, held.Count(one => one.Value.InClassesOnly),
                string.Join(", ", held.Select(one => one.Value.By).Distinct().Order(StringComparer.Ordinal)));
    });

    /// <summary>Living cases that hold accounts of a campaign, those with the most of them first.</summary>
    public IReadOnlyList<(Case Case, int Accounts)> CasesOf(Campaign campaign) => _cases.GetOrAdd(campaign.Id, _ =>
    [
        .. campaign.Accounts.Select(account => Cases.CaseOf.GetValueOrDefault(account)).OfType<string>().CountBy(id => id)
            .OrderByDescending(count => count.Value).ThenBy(count => count.Key, StringComparer.Ordinal)
            .Select(count => (Cases.Cases[count.Key], count.Value)),
    ]);
}

/// <summary>What people set for accounts of a campaign.</summary>
/// <param name="Rung">The strictest of it.</param>
/// <param name="By">Their names.</param>
/// <param name="InClassesOnly">How many of the accounts also do other things, and are restricted in the harvest alone.</param>
public sealed record DecidedByPeople(Rung Rung, int Accounts, int InClassesOnly, string By);
