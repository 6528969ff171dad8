using System.Globalization;

namespace Stillwatch.Console.Pages.Parts;

/// <summary>Times in the reader's zone.</summary>
static class Clock
{
    /// <summary>Day, hour and minute, with the zone behind: <c>UTC</c>, or its offset at that moment.</summary>
    public static string Minute(DateTimeOffset at, TimeZoneInfo zone, bool withYear = false)
    {
        var local = TimeZoneInfo.ConvertTime(at, zone);
        return $"{local.ToString(withYear ? "d MMM yyyy, HH:mm" : "d MMM, HH:mm", CultureInfo.InvariantCulture)} {Name(local, zone)}";
    }

    public static string Day(DateTimeOffset at, TimeZoneInfo zone) => TimeZoneInfo.ConvertTime(at, zone).ToString("d MMM yyyy", CultureInfo.InvariantCulture);

    static string Name(DateTimeOffset local, TimeZoneInfo zone) => zone == TimeZoneInfo.Utc || zone.Id == "UTC"
        ? "UTC"
        : $"UTC{(local.Offset < TimeSpan.Zero ? "−" : "+")}{local.Offset.ToString(local.Offset.Minutes == 0 ? "%h" : @"h\:mm", CultureInfo.InvariantCulture)}";
}
