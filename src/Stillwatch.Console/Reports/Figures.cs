using System.Globalization;

namespace Stillwatch.Console.Reports;

/// <summary>Numbers and times as people read them; always UTC, always the invariant culture.</summary>
public static class Figures
{
    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A count with its noun, in the plural when it needs one.</summary>
    public static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>Three digits: 1.24 M, 18.0 k.</summary>
    public static string Short(long number) => Math.Abs(number) switch
    {
        >= 1_000_000_000 => Scaled(number / 1e9, "G"),
        >= 1_000_000 => Scaled(number / 1e6, "M"),
        >= 10_000 => Scaled(number / 1e3, "k"),
        _ => Count(number),
    };

    /// <summary>A weight with its sign, nats; the minus is the typographic one.</summary>
    public static string Nats(double nats) => Math.Abs(nats) < 0.005
        ? "0.00"
        : (nats < 0 ? "−" : "+") + Math.Abs(nats).ToString("0.00", CultureInfo.InvariantCulture);

    /// <summary>A probability in percent, with the nines it deserves and never 100 or 0.</summary>
    public static string Percent(double ratio) => ratio switch
    {
        >= 0.9999 and < 1 or 1 => "> 99.99 %",
        >= 0.999 => Fixed(ratio, "0.00"),
        >= 0.99 => Fixed(ratio, "0.0"),
        >= 0.01 => Fixed(ratio, "0"),
        > 0.0001 => Fixed(ratio, "0.00"),
        _ => "< 0.01 %",
    };

    /// <summary>A share of a whole: here 0 % and 100 % do occur.</summary>
    public static string Share(double ratio) => ratio switch
    {
        > 0 and < 0.01 => "< 1 %",
        > 0.99 and < 1 => "> 99 %",
        _ => Math.Round(ratio * 100).ToString(CultureInfo.InvariantCulture) + " %",
    };

    public static string Day(DateTimeOffset time) => Utc(time, "d MMM yyyy");

    public static string Minute(DateTimeOffset time) => Utc(time, "d MMM yyyy, HH:mm");

    /// <summary>For the datetime attribute and for machines.</summary>
    public static string Iso(DateTimeOffset time) => Utc(time, "yyyy-MM-ddTHH:mm:ssZ");

    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 2 } => $"{Rounded(span.TotalDays)} days",
        { TotalHours: >= 2 } => $"{Rounded(span.TotalHours)} hours",
        { TotalMinutes: >= 2 } => $"{Rounded(span.TotalMinutes)} minutes",
        _ => $"{Rounded(Math.Max(0, span.TotalSeconds))} seconds",
    };

    static string Scaled(double value, string unit) =>
        value.ToString(value >= 100 ? "0" : value >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + " " + unit;

    // Cut, not rounded: 0.9996 is not 99.96 % and then "100 %".
    static string Fixed(double ratio, string format)
    {
        var digits = Math.Pow(10, format.Length > 1 ? format.Length - 2 : 0);
        return (Math.Floor((ratio * 100 * digits) + 1e-6) / digits).ToString(format, CultureInfo.InvariantCulture) + " %";
    }

    static string Rounded(double value) => value.ToString(value < 10 ? "0.#" : "0", CultureInfo.InvariantCulture);

    static string Utc(DateTimeOffset time, string format) => time.UtcDateTime.ToString(format, CultureInfo.InvariantCulture);
}
