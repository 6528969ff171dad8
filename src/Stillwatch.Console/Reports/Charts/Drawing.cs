using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>A drawn chart before it has a frame: the report puts it in the page, the campaign picture stacks several.</summary>
/// <param name="Width">Width in the units of the body, which are CSS pixels at full size.</param>
internal sealed record Drawing(Markup Body, double Width, double Height)
{
    /// <summary>The drawing as an element of the page, with its name and its description for those who cannot see it.</summary>
    /// <param name="id">Unique in the page.</param>
    /// <param name="role">A picture, or a <c>group</c> when there are links in it.</param>
    public Markup Framed(string id, string title, string description, string style = "", string role = "img") => Markup.Of(
        $"""
        <svg class="chart {style}" viewBox="0 0 {Width} {Height}" width="{Width}" height="{Height}" role="{role}" aria-labelledby="{id}-t {id}-d" xmlns="http://www.w3.org/2000/svg">
        <title id="{id}-t">{title}</title><desc id="{id}-d">{description}</desc>{Body}</svg>
        """);
}
