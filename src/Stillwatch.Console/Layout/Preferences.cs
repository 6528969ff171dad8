using Microsoft.AspNetCore.Http;

namespace Stillwatch.Console.Layout;

/// <summary>How somebody wants the pages: kept in two cookies that a script of ours writes, and that say nothing about anybody.</summary>
/// <param name="Theme"><c>light</c>, <c>dark</c>, or <c>auto</c> for what the system says.</param>
/// <param name="Zone">In which times are shown; UTC unless chosen.</param>
public sealed record Preferences(string Theme, TimeZoneInfo Zone)
{
    /// <summary>Zones offered, beside the one chosen.</summary>
    public static IReadOnlyList<string> Zones { get; } =
    [
        "UTC", "America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore",
        "Asia/Tokyo", "Australia/Sydney",
    ];

    public static Preferences Of(HttpContext context)
    {
        var theme = context.Request.Cookies["sw-theme"] is "light" or "dark" ? context.Request.Cookies["sw-theme"]! : "auto";
        return new Preferences(theme, ZoneOf(context.Request.Cookies["sw-zone"]));
    }

    /// <summary>The zone of that IANA name; UTC for one this machine does not know.</summary>
    public static TimeZoneInfo ZoneOf(string? name) =>
        name is { Length: > 0 and < 64 } && TimeZoneInfo.TryFindSystemTimeZoneById(name, out var zone) ? zone : TimeZoneInfo.Utc;
}
