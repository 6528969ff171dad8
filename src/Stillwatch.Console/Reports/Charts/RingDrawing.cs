using Stillwatch.Console.Reports.Html;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>The ring as a bipartite picture: accounts as dots, the traits they share as bars, ribbons as wide as the share that shows them.</summary>
internal static class RingDrawing
{
    const int MostTraits = 12;
    const int MostGroups = 10;

    /// <param name="zoom">1 to draw it at a glance; 2 and 3 show twice and five times as many sets of accounts, and every trait.</param>
    public static RingGroups Grouped(RingPicture ring, int zoom = 1) => zoom switch
    {
        1 => RingGroups.Of(ring, MostTraits, MostGroups),
        2 => RingGroups.Of(ring, 2 * MostTraits, 2 * MostGroups),
        _ => RingGroups.Of(ring, 4 * MostTraits, 5 * MostGroups),
    };

    /// <param name="to">Where a trait leads, by its id; null for a picture that leads nowhere.</param>
    /// <param name="chosen">Id of the trait whose ribbons stand out; null for none.</param>
    public static Drawing Draw(RingGroups groups, double width, Func<string, string>? to = null, string? chosen = null)
    {
        if (groups.Groups.Count == 0 || groups.Traits.Count == 0)
        {
            return new Drawing(Markup.Empty, width, 0);
        }

        var layout = RingLayout.Of(groups, width);
        var body = Markup.Of(
            $"""
            <text class="name" x="{layout.DotsLeft}" y="12">accounts{(layout.AccountsPerDot > 1 ? $", a dot for {layout.AccountsPerDot}" : "")}</text>
            <text class="name" x="{layout.TraitsLeft}" y="12">traits they share</text>
            {RingRibbons.Draw(groups, layout, chosen)}{groups.Groups.Select((group, i) => Group(group, layout.Groups[i], layout))}{groups.Traits.Select((trait, i) => Leading(Trait(trait, layout.Traits[i], layout), trait, to, chosen))}
            """);
        return new Drawing(body, width, layout.Height);
    }

    /// <summary>The picture in words.</summary>
    public static string Describe(RingGroups groups)
    {
        var traits = groups.Traits.Select(trait => $"{Label(trait)} ({Family.Of(trait.Family).Title}) shown by {Figures.Count(trait.Accounts)}");
        return $"{Figures.Count(groups.Accounts, "account")} in {Figures.Count(groups.Groups.Sum(group => group.Sets), "set")} of shared traits: {string.Join("; ", traits)}."
            + (groups.HiddenTraits > 0 ? $" {Figures.Count(groups.HiddenTraits, "further trait")} not drawn." : "");
    }

    // One path of dots per group: round caps on lines of no length. Thousands of circle elements would make the page heavy.
    static Markup Group(RingGroups.Group group, RingLayout.Span span, RingLayout layout)
    {
        var dots = RingLayout.Dots(group, layout.AccountsPerDot);
        var rows = Math.Ceiling(dots / (double)layout.DotColumns);
        var top = span.Middle - (rows * layout.DotPitch / 2);
        var used = Math.Min(dots, layout.DotColumns);
        var path = Enumerable.Range(0, (int)rows).Select(row =>
        {
            var count = Math.Min(layout.DotColumns, dots - (row * layout.DotColumns));
            var x = layout.DotsRight - (used * layout.DotPitch) + (layout.DotPitch / 2);
            return Markup.Of($"M{x} {top + ((row + .5) * layout.DotPitch)}h0{Repeated(layout.DotPitch, count - 1)}");
        });
        return Markup.Of(
            $"""
            <path class="dots" stroke-width="{layout.DotPitch * .68}" d="{path}"><title>{Figures.Count(group.Accounts, "account")}{(group.Sets > 1 ? $" in {group.Sets} smaller sets" : " with the same set of traits")}</title></path>
            <text class="tick" x="{layout.DotsRight - (used * layout.DotPitch) - 5}" y="{span.Middle + 4}" text-anchor="end">{Figures.Count(group.Accounts)}{(group.Sets > 1 ? "*" : "")}</text>
            """);
    }

    static Markup Repeated(double pitch, int times) => Markup.All(Enumerable.Repeat(Markup.Of($"m{pitch} 0h0"), times));

    // Several traits of one kind are told apart by their number, which the engine puts behind the kind.
    static string Label(RingNode trait) =>
        trait.Id.StartsWith(trait.Kind, StringComparison.Ordinal) && trait.Id.Length <= trait.Kind.Length + 4 ? Wording.Words(trait.Id) : Wording.Words(trait.Kind);

    static Markup Leading(Markup drawn, RingNode trait, Func<string, string>? to, string? chosen) => to is null
        ? drawn
        : Markup.Of(
            $"""<a href="{to(trait.Id)}" class="{(trait.Id == chosen ? "chosen" : "")}">{drawn}</a>""");

    static Markup Trait(RingNode trait, RingLayout.Span span, RingLayout layout)
    {
        var family = Family.Of(trait.Family);
        return Markup.Of(
            $"""
            <g class="{family.Style}"><rect class="mark" x="{layout.TraitsLeft}" y="{span.Y}" width="5" height="{span.Height}"><title>{trait.Kind} {trait.Id}</title></rect>
            {Marks.Shape(family, layout.TraitsLeft + 17, span.Middle - 3, 4.5)}
            <text class="trait" x="{layout.TraitsLeft + 27}" y="{span.Middle + 1}">{Label(trait)}</text>
            <text class="tick" x="{layout.TraitsLeft + 27}" y="{span.Middle + 14}">{Figures.Count(trait.Accounts, "account")}</text></g>
            """);
    }
}
