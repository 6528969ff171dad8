using System.Runtime.InteropServices;
using Stillwatch.Engine.Links;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Whether what members share makes one group of them, or many little ones.</summary>
/// <remarks>
/// Households, teams and offices that work with one published template each share a card, a device and a place, and hardly any two of them share the same: that says
/// nothing about the whole. A pool's cards are used through several exits and its exits by several cards, so one piece holds most of it. Statistic: share of the members in the
/// largest piece that payers, devices and exits join. Unit: share, 0 to 1. Evasion: one card and one exit for each few accounts, at the price of a card each.
/// </remarks>
internal static class Linkage
{
    static readonly Curve ByLargestPiece = new((0.1, 0), (0.3, 1));

    /// <summary>What evidence that members share a kind of thing is worth, <paramref name="nats"/> at most; what speaks for innocence stays.</summary>
    public static double Discount(double nats, RingView ring) => nats <= 0 ? nats : nats * ByLargestPiece.At(ring.LargestPiece);

    /// <summary>Share of <paramref name="members"/> in the largest piece that payers, devices and <paramref name="exits"/> join, 0 to 1.</summary>
    public static double LargestPiece(IReadOnlyList<RingMember> members, IReadOnlySet<ulong> exits)
    {
        var (pieces, first) = (new UnionFind(members.Count), new Dictionary<(TraitKind Kind, ulong Value), int>());
        for (var m = 0; m < members.Count; m++)
        {
            void Join(TraitKind kind, ulong value)
            {
                if (value != 0 && !first.TryAdd((kind, value), m))
                {
                    pieces.Union(first[(kind, value)], m);
                }
            }

            var account = members[m].Account;
            Join(TraitKind.Payment, account.Facts?.Payment ?? 0);
            Join(TraitKind.Device, account.Facts?.Device ?? 0);
            foreach (ref readonly var network in CollectionsMarshal.AsSpan(account.Networks))
            {
                Join(TraitKind.Network, exits.Contains(network.Value) ? network.Value : 0);
            }
        }

        var sizes = new int[members.Count];
        for (var m = 0; m < sizes.Length; m++)
        {
            sizes[pieces.Find(m)]++;
        }

        return (double)sizes.Max() / members.Count;
    }
}
