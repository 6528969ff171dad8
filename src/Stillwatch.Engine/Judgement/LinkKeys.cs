using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>Names what links a member to its ring: payer, device, sign-up wave, exits, client, templates, crossings.</summary>
/// <remarks>
/// Keyed, and the same at every judgement on the same evidence, whatever the ring's number, size or order: whoever dismissed an account's
/// case can tell evidence that was weighed then from evidence that is new. Made for one judgement; cost linear in members and crossings.
/// </remarks>
internal sealed class LinkKeys
{
    /// <summary>Names of one account.</summary>
    public const int Max = 64;

    const int MaxCrossings = 16;

    readonly TemplateClasses _classes;
    readonly ClassMembers _members;
    readonly Dictionary<int, IReadOnlyList<ulong>> _names = [];
    readonly ILookup<ulong, ulong> _crossed;

    public LinkKeys(TemplateClasses classes, ClassMembers members, CrossingTable crossings)
    {
        (_classes, _members) = (classes, members);
        _crossed = crossings.Circulation.Linked.SelectMany(p => new[] { (Account: p.Owner, Other: p.Presenter), (Account: p.Presenter, Other: p.Owner) })
            .ToLookup(p => p.Account, p => p.Other);
    }

    /// <summary>The names of each member, ascending, in the members' order.</summary>
    public IReadOnlyList<IReadOnlyList<ulong>> Of(RingView ring)
    {
        var inside = ring.Members.Select(m => m.Account.Name).ToHashSet();
        var client = ring.Members.Where(m => m.Has(RingTraits.RingClient)).Select(m => Background.MainClient(m.Account)).FirstOrDefault();
        return [.. ring.Members.Select(m => (IReadOnlyList<ulong>)[.. NamesOf(m, ring, client, inside).Take(Max).Order()])];
    }

    /// <summary>The hardest links first: they are kept where there are more than the limit.</summary>
    IEnumerable<ulong> NamesOf(RingMember member, RingView ring, ulong client, HashSet<ulong> inside)
    {
        var account = member.Account;
        if (account.Facts is { } facts)
        {
            if (member.Has(RingTraits.SharedPayment))
            {
                yield return TraitKey.Of(TraitKind.Payment, facts.Payment).Value;
            }

            if (member.Has(RingTraits.SharedDevice))
            {
                yield return TraitKey.Of(TraitKind.Device, facts.Device).Value;
            }

            if (member.Has(RingTraits.SignupWave) && Background.SignupBucket(account) is { } bucket)
            {
                yield return TraitKey.Of(TraitKind.SignupCohort, IdentityTraits.SignupValue(bucket)).Value;
            }
        }

        if (member.Has(RingTraits.OwnOutput))
        {
            foreach (var other in _crossed[account.Name].Where(inside.Contains).Distinct().Order().Take(MaxCrossings))
            {
                yield return TraitKey.Of(TraitKind.OwnOutput, PairOf(account.Name, other)).Value;
            }
        }

        foreach (var network in account.Networks.Select(n => n.Value).Where(ring.Exits.Contains).Order())
        {
            yield return TraitKey.Of(TraitKind.Network, network).Value;
        }

        if (member.Has(RingTraits.RingClient))
        {
            yield return TraitKey.Of(TraitKind.TlsFingerprint, client).Value;
        }

        foreach (var hit in _members.HitsOf(member.Index))
        {
            if (ring.Candidate.Classes.Contains(hit.Class) && ClassMembers.Follows(hit, account.Digests.Length))
            {
                foreach (var key in NamesOf(hit.Class))
                {
                    yield return key;
                }
            }
        }
    }

    IReadOnlyList<ulong> NamesOf(int c) => _names.TryGetValue(c, out var names) ? names : _names[c] = ClassKeys.NamesOf(c, _classes);

    /// <summary>One value for two accounts, whichever of them is asked. Names are keyed hashes already.</summary>
    static ulong PairOf(ulong a, ulong b) => (Math.Min(a, b) * 0x9E3779B97F4A7C15) ^ Math.Max(a, b);
}
