using Stillwatch.Console.Reports.Html;

namespace Stillwatch.Console.Reports.Page;

/// <summary>Our stylesheets, embedded in the assembly and written into the page.</summary>
internal static class Stylesheet
{
    public static Markup Page() => Read("palette.css", "page.css", "cards.css", "charts.css");

    /// <summary>What a drawing needs that stands alone.</summary>
    public static Markup Picture() => Read("palette.css", "charts.css");

    static Markup Read(params string[] names) => Markup.OfOwnStylesheet(string.Concat(names.Select(name =>
    {
        using var stream = typeof(Stylesheet).Assembly.GetManifestResourceStream($"Reports.{name}")
            ?? throw new InvalidOperationException($"The stylesheet {name} is not embedded in {typeof(Stylesheet).Assembly.GetName().Name}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    })));
}
