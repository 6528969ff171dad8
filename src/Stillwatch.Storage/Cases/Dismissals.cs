using System.Collections.Immutable;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Cases;

/// <summary>Evidence that a person found to be false.</summary>
/// <param name="Accounts">Those it was held against.</param>
/// <param name="IsForAccountsOnly">The evidence is void for these accounts alone: the ring they were swept in with is judged as before.</param>
public sealed record Dismissal(
    string Case, CaseState As, DateTimeOffset At, string By, string Reason, ImmutableHashSet<string> Accounts, ImmutableHashSet<ulong> TraitKeys,
    ImmutableHashSet<string> Kinds, bool IsForAccountsOnly)
{
    /// <summary>Whether this says everything there is against the account. An account without traits can be told only by its name.</summary>
    public bool Covers(AccountJudgement judgement, IReadOnlyList<string> kinds)
    {
        var knows = Accounts.Contains(judgement.Account) || (!IsForAccountsOnly && judgement.TraitKeys.Count > 0);
        if (!knows)
        {
            return false;
        }

        foreach (var key in judgement.TraitKeys)
        {
            if (!TraitKeys.Contains(key))
            {
                return false;
            }
        }

        foreach (var kind in kinds)
        {
            if (!Kinds.Contains(kind))
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Every dismissal, found by what it is about. Immutable.</summary>
/// <remarks>One dismissal must cover an account's evidence whole: two innocent halves that meet in one account are something new.</remarks>
public sealed class Dismissals
{
    /// <summary>A kind of evidence that carries less is neither an accusation nor news, nats.</summary>
    const double Worth = 0.5;

    readonly ImmutableDictionary<ulong, ImmutableList<Dismissal>> _byKey;
    readonly ImmutableDictionary<string, ImmutableList<Dismissal>> _byAccount;

    Dismissals(ImmutableList<Dismissal> all, ImmutableDictionary<ulong, ImmutableList<Dismissal>> byKey, ImmutableDictionary<string, ImmutableList<Dismissal>> byAccount) =>
        (All, _byKey, _byAccount) = (all, byKey, byAccount);

    public static Dismissals None { get; } = new([], ImmutableDictionary<ulong, ImmutableList<Dismissal>>.Empty, ImmutableDictionary<string, ImmutableList<Dismissal>>.Empty);

    public ImmutableList<Dismissal> All { get; }

    public Dismissals Add(Dismissal dismissal)
    {
        var byKey = _byKey.ToBuilder();
        foreach (var key in dismissal.IsForAccountsOnly ? [] : dismissal.TraitKeys)
        {
            byKey[key] = byKey.GetValueOrDefault(key, []).Add(dismissal);
        }

        var byAccount = _byAccount.ToBuilder();
        foreach (var account in dismissal.Accounts)
        {
            byAccount[account] = byAccount.GetValueOrDefault(account, []).Add(dismissal);
        }

        return new Dismissals(All.Add(dismissal), byKey.ToImmutable(), byAccount.ToImmutable());
    }

    /// <summary>The dismissal that holds this account at observe; null when there is none, or when something is new.</summary>
    public Dismissal? Of(AccountJudgement judgement)
    {
        if (All.IsEmpty)
        {
            return null;
        }

        var kinds = KindsOf(judgement.Evidence);
        var ofKey = judgement.TraitKeys.Count > 0 ? _byKey.GetValueOrDefault(judgement.TraitKeys[0], []) : [];
        return ofKey.Find(dismissal => dismissal.Covers(judgement, kinds))
            ?? _byAccount.GetValueOrDefault(judgement.Account, []).Find(dismissal => dismissal.Covers(judgement, kinds));
    }

    /// <summary>The latest dismissal that this account was in, whether or not it still covers it.</summary>
    public Dismissal? Latest(string account) => _byAccount.GetValueOrDefault(account, []) is [.., var latest] ? latest : null;

    /// <summary>Kinds of evidence of the account's own that speak against it.</summary>
    public static IReadOnlyList<string> KindsOf(IReadOnlyList<EvidenceItem> evidence)
    {
        var kinds = new List<string>(evidence.Count);
        foreach (var item in evidence)
        {
            if (item.Family != "campaign" && item.LogOdds >= Worth)
            {
                kinds.Add(item.Trait);
            }
        }

        return kinds;
    }
}
