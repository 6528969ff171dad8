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
        EvidenceItem[] all = [.. raw];
        var (items, families) = (new List<EvidenceItem>(all.Length), new List<string>());
        foreach (var item in all)
        {
            if (!families.Contains(item.Family))
            {
                families.Add(item.Family);
                var family = Array.FindAll(all, other => other.Family == item.Family);
                items.AddRange(item.Family == uncapped ? family : Counted(family));
            }
        }

        return new Balance(items);
    }

    /// <summary>The balance as if nothing of this trait had been seen.</summary>
    public Balance Without(string trait) => Of(Items.Where(i => i.Trait != trait));

    public Balance WithoutFamily(string family) => Of(Items.Where(i => i.Family != family));

    /// <summary>A family's items, those for before those against, the strongest of each first and whole.</summary>
    static EvidenceItem[] Counted(EvidenceItem[] family)
    {
        var order = new int[family.Length];
        for (var i = 0; i < order.Length; i++)
        {
            // Insertion keeps equals in their order; a family has a handful of items.
            var at = i;
            for (; at > 0 && ComesBefore(family[i], family[order[at - 1]]); at--)
            {
                order[at] = order[at - 1];
            }

            order[at] = i;
        }

        Span<double> nats = stackalloc double[family.Length];
        var total = 0.0;
        for (var i = 0; i < order.Length; i++)
        {
            var raw = family[order[i]].RawLogOdds;
            nats[i] = i == 0 || (raw < 0 && family[order[i - 1]].RawLogOdds >= 0) ? raw : raw * Rest;
            total += nats[i];
        }

        var scale = Math.Abs(total) > FamilyCap ? FamilyCap / Math.Abs(total) : 1;
        var counted = new EvidenceItem[family.Length];
        for (var i = 0; i < counted.Length; i++)
        {
            counted[i] = family[order[i]] with { LogOdds = nats[i] * scale };
        }

        return counted;
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
