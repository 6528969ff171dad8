using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>How an operator's accounts are linked and how its rings weigh, as shares: what normal was when calibration was learned, and what it is now.</summary>
/// <remarks>
/// Of the accounts that were active in a window of event time: by how many of them the most shared payer, device, mail domain, network and client of each is
/// shown, and how much of its traffic follows one template; of the rings weighed last, the sum of their evidence. Shares in fixed bins, no key and no name,
/// so a profile can be kept when keys rotate and shown to anybody. Cost: a pass over the accounts, when asked for.
/// </remarks>
/// <param name="Accounts">Accounts in the window.</param>
/// <param name="Kinds">Shares by bin, adding up to 1, by what was binned; empty where nothing was seen.</param>
public sealed record TrafficProfile(DateTimeOffset From, DateTimeOffset To, int Accounts, int Rings, IReadOnlyDictionary<string, IReadOnlyList<double>> Kinds)
{
    public const string RingKind = "ring-evidence";

    static readonly double[] GroupBins = [2, 3, 6, 21, 101];
    static readonly double[] LoyaltyBins = [0.1, 0.3, 0.6];
    static readonly double[] RingBins = [-10, -8, -6, -4, -2, 0, 2, 4];

    internal static TrafficProfile Of(Population population, IReadOnlyList<JudgedRing> rings, long fromMs, long toMs)
    {
        List<AccountState> active = [.. population.Accounts.Where(a => a.LastMs >= fromMs)];
        var kinds = new SortedDictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal)
        {
            [TraitNames.Of(TraitKind.Payment)] = Groups(active, a => One(a.Facts?.Payment)),
            [TraitNames.Of(TraitKind.Device)] = Groups(active, a => One(a.Facts?.Device)),
            [TraitNames.Of(TraitKind.EmailDomain)] = Groups(active, a => One(a.Facts?.EmailDomain)),
            [TraitNames.Of(TraitKind.Network)] = Groups(active, a => a.Networks.Select(n => n.Value)),
            [TraitNames.Of(TraitKind.TlsFingerprint)] = Groups(active, a => a.Clients.Select(c => c.Value)),
            [TraitNames.Of(TraitKind.HeadSkeleton)] = Shares(active.Select(a => a.TopTemplateRatio).Where(r => !double.IsNaN(r)), LoyaltyBins),
            [RingKind] = Shares(rings.Select(r => r.Sum), RingBins),
        };
        return new TrafficProfile(DateTimeOffset.FromUnixTimeMilliseconds(fromMs), DateTimeOffset.FromUnixTimeMilliseconds(toMs), active.Count, rings.Count, kinds);
    }

    /// <summary>Population stability index between this profile and a later one, by kind: Σ (q − p) ln(q / p); kinds that either has not seen are left out.</summary>
    public IReadOnlyDictionary<string, double> DriftTo(TrafficProfile now)
    {
        var drift = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (kind, was) in Kinds)
        {
            if (now.Kinds.TryGetValue(kind, out var shares) && was.Count > 0 && shares.Count == was.Count)
            {
                var (before, after) = (Smoothed(was, kind == RingKind ? Rings : Accounts), Smoothed(shares, kind == RingKind ? now.Rings : now.Accounts));
                drift[kind] = before.Zip(after, (p, q) => (q - p) * Math.Log(q / p)).Sum();
            }
        }

        return drift;
    }

    /// <summary>Half an observation more in every bin: an empty bin is no certainty.</summary>
    static IEnumerable<double> Smoothed(IReadOnlyList<double> shares, int count) => shares.Select(s => ((s * count) + 0.5) / (count + (0.5 * shares.Count)));

    static IEnumerable<ulong> One(ulong? value) => value is > 0 ? [value.Value] : [];

    static double[] Groups(List<AccountState> accounts, Func<AccountState, IEnumerable<ulong>> values)
    {
        var sizes = new Dictionary<ulong, int>();
        foreach (var value in accounts.SelectMany(values))
        {
            sizes[value] = sizes.GetValueOrDefault(value) + 1;
        }

        return Shares(accounts.Where(a => values(a).Any()).Select(a => (double)values(a).Max(v => sizes[v])), GroupBins);
    }

    /// <summary>Shares of the values under the first bound, from the first on, and so on; empty when there are none.</summary>
    static double[] Shares(IEnumerable<double> values, double[] bounds)
    {
        var counts = new int[bounds.Length + 1];
        foreach (var value in values)
        {
            counts[bounds.Count(b => value >= b)]++;
        }

        var all = counts.Sum();
        return all == 0 ? [] : [.. counts.Select(c => (double)c / all)];
    }
}
