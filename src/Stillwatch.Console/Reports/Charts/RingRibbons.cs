using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>The bands between accounts and traits. At the account end the traits of a group share its height; at the trait end, the groups its.</summary>
internal static class RingRibbons
{
    /// <param name="chosen">Id of the trait whose bands stand out; null for none.</param>
    public static Markup Draw(RingGroups ring, RingLayout layout, string? chosen = null)
    {
        var taken = new double[ring.Traits.Count];
        var shown = Enumerable.Range(0, ring.Traits.Count)
            .Select(trait => Math.Max(1, ring.Groups.Sum(group => group.ByTrait[trait]))).ToArray();
        var ribbons = new List<Markup>();
        for (var g = 0; g < ring.Groups.Count; g++)
        {
            var group = ring.Groups[g];
            var sum = Math.Max(1, group.ByTrait.Sum());
            var y = layout.Groups[g].Y;
            for (var t = 0; t < ring.Traits.Count; t++)
            {
                if (group.ByTrait[t] == 0)
                {
                    continue;
                }

                var from = layout.Groups[g].Height * group.ByTrait[t] / sum;
                var to = layout.Traits[t].Height * group.ByTrait[t] / shown[t];
                ribbons.Add(Ribbon(ring.Traits[t], chosen, layout, y, from, layout.Traits[t].Y + taken[t], to));
                y += from;
                taken[t] += to;
            }
        }

        return Markup.All(ribbons);
    }

    static Markup Ribbon(RingNode trait, string? chosen, RingLayout layout, double y, double height, double traitY, double traitHeight)
    {
        var (left, right) = (layout.DotsRight + 3, layout.TraitsLeft);
        var middle = (left + right) / 2;
        return Markup.Of(
            $"""<path class="ribbon {Family.Of(trait.Family).Style}{(chosen is null ? "" : chosen == trait.Id ? " chosen" : " dim")}" d="M{left} {y}C{middle} {y} {middle} {traitY} {right} {traitY}v{traitHeight}C{middle} {traitY + traitHeight} {middle} {y + height} {left} {y + height}z"/>""");
    }
}
