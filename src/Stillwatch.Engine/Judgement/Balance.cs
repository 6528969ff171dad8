using Stillwatch.Engine.Judgement.Evidence;

namespace Stillwatch.Engine.Judgement;

/// <summary>Findings weighed together: discount and cap inside each family, so that dependent items never count in full.</summary>
/// <remarks>
/// Inside a family the strongest item for and the strongest against count whole, the rest half; a family counts at most ±6 nats (design 4.5).
/// The counted weights are what reports show: prior plus their sum is the logit of the confidence, to the last bit but rounding.
/// </remarks>
internal sealed class Balance
{
    public const double FamilyCap = 6;
    const double Rest = 0.5;

    IReadOnlyDictionary<string, double>? _byFamily;

    Balance(IReadOnlyList<EvidenceItem> items)
    {
        Items = items;
        LogOdds = items.Sum(i => i.LogOdds);
    }

    public IReadOnlyList<EvidenceItem> Items { get; }

    public IReadOnlyDictionary<string, double> ByFamily =>
        _byFamily ??= Items.GroupBy(i => i.Family).ToDictionary(g => g.Key, g => g.Sum(i => i.LogOdds));

    /// <summary>Sum of the counted weights, nats.</summary>
    public double LogOdds { get; }

    /// <param name="uncapped">A family whose items are taken as they are: what is given, not measured.</param>
    public static Balance Of(IEnumerable<EvidenceItem> raw, string? uncapped = null)
    {
        var all = Weighed(raw, uncapped);
        var items = new EvidenceItem[all.Length];
        Span<double> nats = stackalloc double[all.Length];
        Span<int> order = stackalloc int[all.Length];
        Count(all, uncapped, order, nats);
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = all[order[i]] with { LogOdds = nats[i] };
        }

        return new Balance(items);
    }

    /// <summary>The sum of the balance of these items, without making it.</summary>
    public static double SumOf(IEnumerable<EvidenceItem> raw, string? uncapped = null)
    {
        var all = Weighed(raw, uncapped);
        Span<double> nats = stackalloc double[all.Length];
        Span<int> order = stackalloc int[all.Length];
        Count(all, uncapped, order, nats);
        var sum = 0.0;
        foreach (var counted in nats)
        {
            sum += counted;
        }

        return sum;
    }

    /// <summary>The balance as if nothing of this trait had been seen.</summary>
    public Balance Without(string trait) => Of(Items.Where(i => i.Trait != trait));

    public Balance WithoutFamily(string family) => Of(Items.Where(i => i.Family != family));

    // A statistic that does not exist says nothing.
    static EvidenceItem[] Weighed(IEnumerable<EvidenceItem> raw, string? uncapped) => [.. raw.Where(i => i.Family == uncapped || !double.IsNaN(i.RawLogOdds))];

    /// <summary>What each item counts, nats, family by family in order of appearance: in each, those for before those against, the strongest of both first and whole.</summary>
    /// <param name="order">Which item each is.</param>
    static void Count(ReadOnlySpan<EvidenceItem> all, string? uncapped, Span<int> order, Span<double> nats)
    {
        for (int first = 0, end = 0; end < all.Length; first++)
        {
            var family = all[first].Family;
            if (order[..end].Contains(first))
            {
                continue;
            }

            var start = end;
            for (var i = first; i < all.Length; i++)
            {
                if (all[i].Family == family)
                {
                    // Insertion keeps equals in their order; a family has a handful of items.
                    var at = end++;
                    for (; family != uncapped && at > start && ComesBefore(all[i], all[order[at - 1]]); at--)
                    {
                        order[at] = order[at - 1];
                    }

                    order[at] = i;
                }
            }

            var total = 0.0;
            for (var i = start; i < end; i++)
            {
                var raw = all[order[i]].RawLogOdds;
                var isWhole = i == start || (raw < 0 && all[order[i - 1]].RawLogOdds >= 0);
                nats[i] = family == uncapped ? all[order[i]].LogOdds : isWhole ? raw : raw * Rest;
                total += nats[i];
            }

            var scale = family != uncapped && Math.Abs(total) > FamilyCap ? FamilyCap / Math.Abs(total) : 1;
            for (var i = start; i < end; i++)
            {
                nats[i] *= scale;
            }
        }
    }

    static bool ComesBefore(EvidenceItem a, EvidenceItem b)
    {
        var (isFor, isOtherFor) = (a.RawLogOdds >= 0, b.RawLogOdds >= 0);
        return isFor != isOtherFor ? isFor
            : a.RawLogOdds != b.RawLogOdds ? isFor == a.RawLogOdds > b.RawLogOdds
            : string.CompareOrdinal(a.Trait, b.Trait) < 0;
    }

    public static EvidenceItem Item(string family, string trait, Finding finding) => new(
        family, trait, finding.Value, finding.ReferenceClass, finding.Percentile, finding.LogOdds, 0,
        finding.Accounts, finding.CohortAccounts, finding.Lift, finding.Says);
}
