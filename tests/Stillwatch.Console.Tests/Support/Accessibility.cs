using System.Text.Json;
using Microsoft.Playwright;

namespace Stillwatch.Console.Tests.Support;

/// <summary>What axe finds on a page, and whether it fits its window.</summary>
static class Accessibility
{
    static readonly Lazy<string> Axe = new(() => File.ReadAllText(Path.Combine(Checkout.Root, "tests", "console", "node_modules", "axe-core", "axe.min.js")));

    /// <summary>Serious and critical findings, a line each.</summary>
    public static async Task<IReadOnlyList<string>> FindingsAsync(IPage page)
    {
        await page.EvaluateAsync(Axe.Value);
        var found = await page.EvaluateAsync<JsonElement>(
            "async () => (await axe.run(document, {resultTypes: ['violations']})).violations.filter(v => v.impact === 'serious' || v.impact === 'critical').map(v => `${v.id}: ${v.nodes[0].html}`)");
        return [.. found.EnumerateArray().Select(line => line.GetString()!)];
    }

    /// <summary>How far the page is wider than its window, CSS pixels.</summary>
    public static Task<int> OverflowAsync(IPage page) => page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
