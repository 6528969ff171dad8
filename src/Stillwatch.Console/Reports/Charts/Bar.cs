using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>Horizontal bars that stretch with the page and carry no text, so that figures beside them stay readable at any width.</summary>
internal static class Bar
{
    // Units of the stretched box; what they mean is each bar's own scale.
    const double Full = 1000;

    public static Markup Share(double ratio) => Box(
        Markup.Of($"""<rect class="track" x="0" y="7" width="1000" height="1"/><rect class="bar" x="0" y="4" width="{Full * Math.Clamp(ratio, 0, 1)}" height="7"/>"""));

    /// <summary>A step of a balance: counted weight as a solid bar, the part that discount and cap took off as an outline.</summary>
    /// <param name="scale">Maps nats to 0..1.</param>
    public static Markup Step(Func<double, double> scale, double start, double counted, double raw)
    {
        var solid = Between(scale(start), scale(start + counted));
        var ghost = Between(scale(start + counted), scale(start + raw));
        var outline = Math.Abs(raw) > Math.Abs(counted) + 0.005
            ? Markup.Of($"""<rect class="ghost" x="{ghost.X}" y="3" width="{ghost.Width}" height="9"/>""")
            : Markup.Empty;
        return Box(Markup.Of(
            $"""<path class="odds" d="M{Full * scale(0)} 0V15"/>{outline}<rect class="bar" x="{solid.X}" y="3" width="{Math.Max(solid.Width, 3)}" height="9"/>"""));
    }

    static (double X, double Width) Between(double a, double b) => (Full * Math.Min(a, b), Full * Math.Abs(b - a));

    static Markup Box(Markup content) => Markup.Of(
        $"""<svg class="stretch" viewBox="0 0 1000 15" preserveAspectRatio="none" aria-hidden="true">{content}</svg>""");
}
