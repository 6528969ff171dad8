namespace Stillwatch.Simulator.Corpus;

/// <summary>The languages that a harvest may be spread over, beside the template's own: those the built-in grammar speaks.</summary>
static class Languages
{
    public static IReadOnlyList<string> Foreign { get; } = ["de", "es", "fr", "pt", "zh"];

    /// <summary>Which of them a corpus means by a tag such as <c>zh-CN</c>; null for English, for other languages and for none.</summary>
    public static string? Of(string? tag) => tag is { Length: >= 2 } ? Foreign.FirstOrDefault(language => tag.StartsWith(language, StringComparison.OrdinalIgnoreCase)) : null;
}
