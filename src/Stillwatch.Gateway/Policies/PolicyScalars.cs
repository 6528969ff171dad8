using System.Globalization;
using System.Text.RegularExpressions;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>So much per so long, with what may be taken at once.</summary>
readonly record struct MeterRate(long Amount, TimeSpan Period, long Burst);

/// <summary>Money per calendar day or month, UTC.</summary>
readonly record struct SpendRate(long NanoUsd, SpendPeriod Period);

/// <summary>The kinds of value a policy has beyond those of the configuration. Money never passes through floating point.</summary>
static partial class PolicyScalars
{
    public const long NanoUsdPerUsd = 1_000_000_000;

    const int MaxNameLength = 64;
    const long MaxAmount = 1_000_000_000_000;

    // A price of 1 USD per million tokens is 1,000 billionths a token.
    const long NanoUsdPerUsdPerMillion = 1_000;
    static readonly TimeSpan LongestPeriod = TimeSpan.FromDays(31);

    /// <summary>A rule's name: it stands in refusals, logs and metrics.</summary>
    public static string? RuleName(string text, out string value)
    {
        value = text;
        return text.Length <= MaxNameLength && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? null
            : $"must be a name of up to {MaxNameLength} letters, digits, - and _.";
    }

    /// <summary>A reason code as callers get it.</summary>
    public static string? ReasonCode(string text, out string value)
    {
        value = text;
        return text.Length <= MaxNameLength && char.IsAsciiLetterLower(text[0]) && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_')
            ? null
            : $"must be a code of up to {MaxNameLength} lower-case letters, digits and _, like region_unsupported.";
    }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public static string? Country(string text, out string value)
    {
        value = text;
        return text == "UK" ? "is no country code; the United Kingdom is GB."
            : CountryCodes.Of(text) == text ? null
            : "must be a country's two letters in upper case (ISO 3166-1), like DE.";
    }

    public static string? Programme(string text, out string value)
    {
        value = text;
        return text is "education" or "research" or "startup" ? null : "must be education or research or startup.";
    }

    /// <summary>An autonomous system: <c>AS64500</c> or <c>64500</c>.</summary>
    public static string? Asn(string text, out long value) =>
        uint.TryParse(text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var asn)
        && (value = asn) > 0
            ? null
            : Failed(out value, "must be an autonomous system's number, like AS64500.");

    /// <summary>An address a person opens.</summary>
    public static string? WebAddress(string text, out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value!) && value.Scheme is "http" or "https" && value.UserInfo.Length == 0
            ? null
            : "must be an address that begins with https:// or http://, without a credential.";

    public static ConfigParser<double> Number(double least, double most, string? unit = null, bool excludesLeast = false) => (string text, out double value) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out value)
        && (excludesLeast ? value > least : value >= least) && value <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"must be a number {(excludesLeast ? "over" : "from")} {least} {(excludesLeast ? "and at most" : "to")} {most}{unit}.");

    /// <summary>A flag that has one legal value for a reason the operator should know.</summary>
    public static ConfigParser<bool> Always(bool wanted, string because) => (string text, out bool value) =>
        ConfigScalars.Flag(text, out value) ?? (value == wanted ? null : $"must be {(wanted ? "true" : "false")} here: {because}.");

    /// <summary><c>60/m</c>, <c>400k/m</c>, <c>2M/h burst 100k</c>, <c>1000/10s</c>.</summary>
    public static string? Rate(string text, out MeterRate value)
    {
        value = default;
        var match = RatePattern().Match(text);
        if (!match.Success || !TryAmount(match.Groups[1].Value, out var amount) || ConfigScalars.Duration(TimeSpan.FromSeconds(1), LongestPeriod)(
            match.Groups[2].Value is { Length: 1 } unit ? $"1{unit}" : match.Groups[2].Value, out var period) is not null)
        {
            return "must be an amount, a slash and a period from 1s to 31d, like 60/m, 400k/m, 1000/10s or 2M/d burst 100k.";
        }

        var burst = amount;
        if (match.Groups[3].Success && !TryAmount(match.Groups[3].Value, out burst))
        {
            return $"has a burst that is none; it must be 1 to {MaxAmount}.";
        }

        value = new MeterRate(amount, period, burst);
        return null;
    }

    /// <summary><c>100 USD/month</c>, <c>2.50 USD/day</c>.</summary>
    public static string? Spend(string text, out SpendRate value)
    {
        value = default;
        var match = SpendPattern().Match(text);
        if (!match.Success || !TryDecimal(match.Groups[1].Value, NanoUsdPerUsd, out var nanoUsd) || nanoUsd == 0)
        {
            return "must be an amount of US dollars over 0 with at most nine decimals, per day or month, like 100 USD/month.";
        }

        value = new SpendRate(nanoUsd, match.Groups[2].Value == "day" ? SpendPeriod.Day : SpendPeriod.Month);
        return null;
    }

    /// <summary>US dollars per million tokens, as billionths of a dollar per token.</summary>
    public static string? Price(string text, out long nanoUsdPerToken) =>
        TryDecimal(text, NanoUsdPerUsdPerMillion, out nanoUsdPerToken)
            ? null
            : "must be US dollars per million tokens with at most three decimals, like 3 or 0.125.";

    /// <summary>A rate as the file has it.</summary>
    public static string Say(MeterRate rate)
    {
        var period = ConfigScalars.Say(rate.Period);
        return $"{rate.Amount}/{(period is ['1', var unit] ? unit.ToString() : period)}{(rate.Burst == rate.Amount ? "" : $" burst {rate.Burst}")}";
    }

    /// <summary>Money per period as the file has it.</summary>
    public static string Say(SpendRate spend) => $"{SayDecimal(spend.NanoUsd, NanoUsdPerUsd)} USD/{PolicyWords.SpendPeriods.Of(spend.Period)}";

    /// <summary>A price as the file has it.</summary>
    public static string SayPrice(long nanoUsdPerToken) => SayDecimal(nanoUsdPerToken, NanoUsdPerUsdPerMillion);

    static string SayDecimal(long number, long unit) =>
        number % unit == 0 ? $"{number / unit}" : $"{number / unit}.{(number % unit).ToString($"D{Digits(unit)}", CultureInfo.InvariantCulture).TrimEnd('0')}";

    // Digits before and behind the point are whole numbers, so nothing is ever rounded; too many of either are refused.
    static bool TryDecimal(string text, long unit, out long number)
    {
        number = 0;
        var parts = text.Split('.');
        var behind = parts.Length == 2 ? parts[1] : "0";
        return parts.Length <= 2 && behind.Length <= Digits(unit)
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var whole) && whole <= MaxAmount / 1_000
            && long.TryParse(behind.PadRight(Digits(unit), '0'), NumberStyles.None, CultureInfo.InvariantCulture, out var fraction)
            && (number = (whole * unit) + fraction) >= 0;
    }

    static int Digits(long unit) => unit == NanoUsdPerUsd ? 9 : 3;

    static bool TryAmount(string text, out long amount)
    {
        var factor = text[^1] switch { 'k' => 1_000, 'M' => 1_000_000, _ => 1 };
        var isNumber = long.TryParse(factor == 1 ? text : text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        amount = isNumber && number <= MaxAmount / factor ? number * factor : 0;
        return amount > 0;
    }

    static string Failed(out long value, string says)
    {
        value = 0;
        return says;
    }

    [GeneratedRegex(@"^([0-9]+[kM]?)/([0-9]*[smhd])(?: burst ([0-9]+[kM]?))?$", RegexOptions.CultureInvariant)]
    private static partial Regex RatePattern();

    [GeneratedRegex(@"^([0-9]+(?:\.[0-9]+)?) USD/(day|month)$", RegexOptions.CultureInvariant)]
    private static partial Regex SpendPattern();
}
