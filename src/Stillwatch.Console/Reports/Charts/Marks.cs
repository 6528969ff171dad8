using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>Small shapes: each family has its own, so that a grey print still tells them apart.</summary>
internal static class Marks
{
    public static Markup Shape(Family family, double x, double y, double r) => family.Shape switch
    {
        FamilyShape.Square => Markup.Of($"""<rect class="mark" x="{x - (r * .85)}" y="{y - (r * .85)}" width="{r * 1.7}" height="{r * 1.7}"/>"""),
        FamilyShape.Diamond => Polygon(x, y, r * 1.15, 4, 0),
        FamilyShape.Triangle => Polygon(x, y + (r * .2), r * 1.2, 3, -Math.PI / 2),
        FamilyShape.Cross => Markup.Of($"""<path class="mark" d="M{x - (r * .4)} {y - r}h{r * .8}v{r * .6}h{r * .6}v{r * .8}h{-r * .6}v{r * .6}h{-r * .8}v{-r * .6}h{-r * .6}v{-r * .8}h{r * .6}z"/>"""),
        FamilyShape.Circle => Markup.Of($"""<circle class="mark" cx="{x}" cy="{y}" r="{r}"/>"""),
        _ => Markup.Of($"""<circle class="mark hollow" cx="{x}" cy="{y}" r="{r * .8}"/>"""),
    };

    /// <summary>The family's shape and name, for text.</summary>
    public static Markup Label(Family family) => Markup.Of(
        $"""<span class="family {family.Style}"><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">{Shape(family, 6, 6, 4.5)}</svg>{family.Title}</span>""");

    static Markup Polygon(double x, double y, double r, int corners, double turn)
    {
        var points = Enumerable.Range(0, corners)
            .Select(i => turn + (i * 2 * Math.PI / corners))
            .Select(angle => Markup.Of($"{x + (r * Math.Cos(angle))},{y + (r * Math.Sin(angle))} "));
        return Markup.Of($"""<polygon class="mark" points="{points}"/>""");
    }
}
