using System.Collections.Immutable;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>Everything that is held of cases at one moment: the fold of the log. Immutable, so it is read without a lock.</summary>
public sealed record CasePicture
{
    public static CasePicture Empty { get; } = new();

    public ImmutableDictionary<string, Case> Cases { get; init; } = ImmutableDictionary<string, Case>.Empty;

    /// <summary>Living cases, the oldest first.</summary>
    public ImmutableSortedSet<string> Live { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The living case that each account belongs to.</summary>
    public ImmutableDictionary<string, string> CaseOf { get; init; } = ImmutableDictionary<string, string>.Empty;

    public ImmutableDictionary<string, Appeal> Appeals { get; init; } = ImmutableDictionary<string, Appeal>.Empty;

    /// <summary>Ids of each account's appeals, the oldest first.</summary>
    public ImmutableDictionary<string, ImmutableList<string>> AppealsOf { get; init; } = ImmutableDictionary<string, ImmutableList<string>>.Empty;

    public Dismissals Dismissals { get; init; } = Dismissals.None;

    public ImmutableList<CalibrationExample> Examples { get; init; } = [];

    public IEnumerable<Case> LiveCases => Live.Select(id => Cases[id]);

    /// <summary>What is held of an account in living cases, the strictest first.</summary>
    public IReadOnlyList<(Case Case, HeldResponse Held)> ResponsesOf(string account, DateTimeOffset now) =>
    [
        .. LiveCases.Select(one => (one, Held: one.Held.GetValueOrDefault(account))).Where(found => found.Held is { } held && now < held.Until)
            .Select(found => (found.one, found.Held!)).OrderByDescending(found => found.Item2.Rung),
    ];

    /// <summary>The picture after one more entry. Pure: the same entries in the same order give the same picture.</summary>
    public CasePicture With(CaseEntry entry) => entry switch
    {
        CaseJudged judged => Judge(judged),
        ActionTaken action => Act(action),
        ApprovalAsked asked => Change(asked.Case!, one => one with { Pending = asked }),
        ApprovalEnded ended => Change(ended.Case!, one => one with { Pending = null }),
        NoteAdded note => Change(note.Case!, one => one with { Notes = one.Notes.Add(note) }),
        CaseDecided decided => Decide(decided),
        AccountsCleared cleared => Clear(cleared),
        AppealMade made => this with
        {
            Appeals = Appeals.Add(made.Id, new Appeal(made.Id, made.Case ?? Appeal.AboutAccess, made.Account, made.At, made.Text, made.Contact, null)),
            AppealsOf = AppealsOf.SetItem(made.Account, AppealsOf.GetValueOrDefault(made.Account, []).Add(made.Id)),
        },
        AppealMessage message => this with { Appeals = Appeals.SetItem(message.Id, Appeals[message.Id] with { Messages = Appeals[message.Id].Messages.Add(message) }) },
        AppealAnswered answered => this with { Appeals = Appeals.SetItem(answered.Id, Appeals[answered.Id] with { Answer = answered }) },
        AccountRepaired => this,
        _ => throw new InvalidOperationException($"The log of cases holds {entry.GetType().Name}, which this build does not know."),
    };

    CasePicture Change(string id, Func<Case, Case> change) => this with { Cases = Cases.SetItem(id, change(Cases[id])) };

    CasePicture Judge(CaseJudged judged)
    {
        var id = judged.Case!;
        var before = Cases.GetValueOrDefault(id) ?? new Case { Id = id, Opened = judged.At, SplitFrom = judged.SplitFrom };
        var held = before.Held.RemoveRange(judged.Left.Where(account => before.Held.TryGetValue(account, out var one) && !one.IsByPerson));
        var after = before with
        {
            Judged = judged.At,
            Verdict = judged.Verdict,
            Confidence = judged.Confidence,
            PriorLogOdds = judged.PriorLogOdds,
            CalibrationLogOdds = judged.CalibrationLogOdds,
            Evidence = judged.Evidence,
            Reasons = judged.Reasons,
            Accounts = before.Accounts.Union(judged.Joined).Except(judged.Left),
            Held = held,
            Restrictions = Stopped(before, judged.Left.Where(account => !held.ContainsKey(account)), judged.At),
            TraitKeys = before.TraitKeys.Union(judged.TraitKeys),
            Kinds = before.Kinds.Union(judged.Kinds),
            ClassKeys = judged.ClassKeys ?? before.ClassKeys,
            Harvest = judged.Harvest ?? before.Harvest,
        };
        return this with
        {
            Cases = Cases.SetItem(id, after),
            Live = Live.Add(id),
            CaseOf = CaseOf.RemoveRange(judged.Left.Where(account => CaseOf.GetValueOrDefault(account) == id))
                .SetItems(judged.Joined.Select(account => KeyValuePair.Create(account, id))),
        };
    }

    CasePicture Act(ActionTaken action) => Change(action.Case!, one =>
    {
        if (action.To == Rung.Observe)
        {
            return one with { Held = one.Held.RemoveRange(action.Accounts), Restrictions = Stopped(one, action.Accounts, action.At) };
        }

        var held = new HeldResponse(
            action.To, action.Since, action.Until!.Value, action.DecidedBy, action.Id, action.Rule, action.PolicyHash, action.Families, action.Enforced,
            action.InClassesOnly) { ApprovedBy = action.ApprovedBy };
        var restricts = action is { Enforced: true, To: >= Rung.Shape };
        return one with
        {
            Held = one.Held.SetItems(action.Accounts.Select(account => KeyValuePair.Create(account, held))),
            Restrictions = restricts ? Started(one, action.Accounts, action.At) : Stopped(one, action.Accounts, action.At),
            Pending = action.DecidedBy == Decisions.Policy ? one.Pending : null,
        };
    });

    CasePicture Decide(CaseDecided decided)
    {
        var before = Cases[decided.Case!];
        var ends = decided.State != CaseState.Upheld;
        var keepsState = decided.State == CaseState.Expired && before.State == CaseState.Upheld;
        var after = before with
        {
            State = keepsState ? before.State : decided.State,
            Ended = ends ? before.Ended ?? decided.At : before.Ended,
            Held = ends ? ImmutableDictionary<string, HeldResponse>.Empty : before.Held,
            Restrictions = ends ? Stopped(before, before.Held.Keys, decided.At) : before.Restrictions,
            Pending = ends ? null : before.Pending,
            MergedInto = decided.MergedInto ?? before.MergedInto,
            DecidedBy = decided.By,
            DecisionReason = decided.Reason,
        };
        var examples = Examples.RemoveAll(example => example.Case == before.Id); // the last finding counts
        var isFalse = decided.State is CaseState.Dismissed or CaseState.Overturned;
        return this with
        {
            Cases = Cases.SetItem(before.Id, after),
            Live = ends ? Live.Remove(before.Id) : Live,
            CaseOf = ends ? CaseOf.RemoveRange(before.Accounts.Where(account => CaseOf.GetValueOrDefault(account) == before.Id)) : CaseOf,
            Dismissals = isFalse ? Dismissals.Add(DismissalOf(before, decided.State, decided.By, decided.Reason, decided.At, only: null)) : Dismissals,
            Examples = decided.State is CaseState.Upheld or CaseState.Overturned ? examples.Add(CalibrationExample.Of(before, decided.State, decided.At))
                : isFalse ? examples
                : Examples,
        };
    }

    CasePicture Clear(AccountsCleared cleared)
    {
        var before = Cases[cleared.Case!];
        var after = before with
        {
            Accounts = before.Accounts.Except(cleared.Accounts),
            Held = before.Held.RemoveRange(cleared.Accounts),
            Restrictions = Stopped(before, cleared.Accounts, cleared.At),
        };
        return this with
        {
            Cases = Cases.SetItem(before.Id, after),
            CaseOf = CaseOf.RemoveRange(cleared.Accounts.Where(account => CaseOf.GetValueOrDefault(account) == before.Id)),
            Dismissals = Dismissals.Add(DismissalOf(before, cleared.As, cleared.By, cleared.Reason, cleared.At, only: cleared.Accounts)),
        };
    }

    static Dismissal DismissalOf(Case from, CaseState state, string by, string reason, DateTimeOffset at, IReadOnlyList<string>? only) =>
        new(from.Id, state, at, by, reason, only is null ? from.Accounts : [.. only], from.TraitKeys, from.Kinds, only is not null);

    static ImmutableDictionary<string, Restriction> Started(Case one, IEnumerable<string> accounts, DateTimeOffset at) =>
        one.Restrictions.SetItems(accounts.Select(account => KeyValuePair.Create(
            account, one.Restrictions.TryGetValue(account, out var before) ? before with { Until = null } : new Restriction(at, null))));

    static ImmutableDictionary<string, Restriction> Stopped(Case one, IEnumerable<string> accounts, DateTimeOffset at) => one.Restrictions.IsEmpty
        ? one.Restrictions
        : one.Restrictions.SetItems(accounts.Where(account => one.Restrictions.TryGetValue(account, out var before) && before.Until is null)
            .Select(account => KeyValuePair.Create(account, one.Restrictions[account] with { Until = at })));
}
