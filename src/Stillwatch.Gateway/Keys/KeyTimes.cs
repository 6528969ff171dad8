using System.Globalization;
using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Keys;

/// <summary>Lengths and moments as operators write them: <c>90d</c>, <c>24h</c>, <c>30m</c>, <c>2027-01-31</c>, RFC 3339.</summary>
static class KeyTimes
{
    public const string Known = "a length such as 90d, 24h or 30m, a date such as 2027-01-31 (its start, UTC), or a time with offset such as 2027-01-31T12:00:00Z";

    const int MaxDays = 36_500;

    /// <summary>A whole number of days, hours, minutes or seconds; at most a hundred years.</summary>
    public static bool TryParseLength(string text, out TimeSpan length)
    {
        length = default;
        var seconds = text.Length == 0 ? 0 : text[^1] switch { 'd' => 86_400L, 'h' => 3600, 'm' => 60, 's' => 1, _ => 0 };
        if (seconds == 0 || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || count * seconds > MaxDays * 86_400L)
        {
            return false;
        }

        length = TimeSpan.FromSeconds(count * seconds);
        return true;
    }

    /// <summary>A moment, or a length from <paramref name="now"/>.</summary>
    public static bool TryParse(string text, DateTimeOffset now, out DateTimeOffset moment)
    {
        if (TryParseLength(text, out var length))
        {
            moment = now + length;
            return true;
        }

        return TryParseMoment(text, out moment);
    }

    /// <summary>A date, or a time with its offset.</summary>
    public static bool TryParseMoment(string text, out DateTimeOffset moment)
    {
        if (Rfc3339.TryParse(Encoding.UTF8.GetBytes(text), out var unixMs))
        {
            moment = DateTimeOffset.FromUnixTimeMilliseconds(unixMs);
            return true;
        }

        return DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out moment);
    }
}
