using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>The owners of one organization as far as they can be used: shares over 0, together at most 1, none of its own.</summary>
readonly record struct HoldingRow(IReadOnlyList<Ownership> Owners, string? Fault)
{
    /// <summary>Three thirds written with seven digits are not more than the whole.</summary>
    const double RoundingRatio = 1e-6;

    /// <summary>
    /// A share that is no share (below 0, over 1, not a number) is held by nobody knows whom: read as a percentage it could turn a small
    /// owner into the only one.
    /// Shares of more than the whole are scaled down, so that nobody holds more than was stated. Shares an organization holds in itself are
    /// spread over its owners.
    /// </summary>
    public static HoldingRow Of(OrganizationRecord record)
    {
        if (record.Owners.Count == 0)
        {
            return new([], null);
        }

        var faults = new List<string>();
        var sum = 0.0;
        var own = 0.0;
        foreach (var owner in record.Owners)
        {
            if (!IsShare(owner.ShareRatio))
            {
                faults.Add($"share_ratio {owner.ShareRatio} is not between 0 and 1, so who holds it counts as unknown");
                continue;
            }

            sum += owner.ShareRatio;
            own += owner.Owner == record.Organization ? owner.ShareRatio : 0;
        }

        if (sum > 1 + RoundingRatio)
        {
            faults.Add($"its shares come to {sum:0.####}, more than the whole, so each is scaled down");
        }

        var whole = Math.Max(sum, 1);
        var foreign = 1 - (own / whole); // what is not the organization's own
        var rows = foreign <= RoundingRatio ? [] : record.Owners
            .Where(owner => IsShare(owner.ShareRatio) && owner.ShareRatio > 0 && owner.Owner != record.Organization)
            .Select(owner => owner with { ShareRatio = owner.ShareRatio / whole / foreign })
            .ToArray();
        return new(rows, faults.Count == 0 ? null : string.Join("; ", faults.Take(3)));
    }

    static bool IsShare(double ratio) => ratio is >= 0 and <= 1;
}
