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

    Balance(IReadOnlyList<EvidenceItem> items)
    {
        Items = items;
        ByFamily = items.GroupBy(i => i.Family).ToDictionary(g => g.Key, g => g.Sum(i => i.LogOdds));
        LogOdds = items.Sum(i => i.LogOdds);
    }

    public IReadOnlyList<EvidenceItem> Items { get; }

    public IReadOnlyDictionary<string, double> ByFamily { get; }

    /// <summary>Sum of the counted weights, nats.</summary>
    public double LogOdds { get; }

    /// <param name="uncapped">A family whose items are taken as they are: what is given, not measured.</param>
    public static Balance Of(IEnumerable<EvidenceItem> raw, string? uncapped = null)
    {
        var items = new List<EvidenceItem>();
        foreach (var family in raw.GroupBy(i => i.Family))
        {
            if (family.Key == uncapped)
            {
                items.AddRange(family);
                continue;
            }

            var counted = Discount(family.Where(i => i.RawLogOdds >= 0).OrderByDescending(i => i.RawLogOdds).ThenBy(i => i.Trait, StringComparer.Ordinal))
                .Concat(Discount(family.Where(i => i.RawLogOdds < 0).OrderBy(i => i.RawLogOdds).ThenBy(i => i.Trait, StringComparer.Ordinal))).ToList();
            var total = counted.Sum(i => i.LogOdds);
            var scale = Math.Abs(total) > FamilyCap ? FamilyCap / Math.Abs(total) : 1;
            items.AddRange(counted.Select(i => i with { LogOdds = i.LogOdds * scale }));
        }

        return new Balance(items);
    }

    /// <summary>The balance as if nothing of this trait had been seen.</summary>
    public Balance Without(string trait) => Of(Items.Where(i => i.Trait != trait));

    public Balance WithoutFamily(string family) => Of(Items.Where(i => i.Family != family));

    static IEnumerable<EvidenceItem> Discount(IEnumerable<EvidenceItem> ordered) =>
        ordered.Select((item, i) => item with { LogOdds = i == 0 ? item.RawLogOdds : item.RawLogOdds * Rest });

    public static EvidenceItem Item(string family, string trait, Finding finding) => new(
        family, trait, finding.Value, finding.ReferenceClass, finding.Percentile, finding.LogOdds, 0,
        finding.Accounts, finding.CohortAccounts, finding.Lift, finding.Says);
}
