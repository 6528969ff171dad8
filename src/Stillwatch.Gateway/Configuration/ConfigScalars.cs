using System.Globalization;
using System.Net;
using System.Numerics;

namespace Stillwatch.Gateway.Configuration;

/// <summary>The kinds of value a configuration has, each with what is legal and what to write instead.</summary>
static class ConfigScalars
{
    static readonly (string Unit, long Ms)[] Times = [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)];

    static readonly (string Unit, long Bytes)[] Sizes =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    public static string? Text(string text, out string value)
    {
        value = text;
        return text.Any(char.IsControl) ? "holds control characters; remove them." : null;
    }

    public static string? Flag(string text, out bool value)
    {
        value = text == "true";
        return text is "true" or "false" ? null : "must be true or false.";
    }

    public static ConfigParser<int> Whole(int least, int most) => (string text, out int value) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least && value <= most
            ? null
            : $"must be a whole number from {least} to {most}.";

    /// <summary>A whole number and a unit: <c>500ms</c>, <c>5s</c>, <c>10m</c>, <c>1h</c>, <c>2d</c>.</summary>
    public static ConfigParser<TimeSpan> Duration(TimeSpan least, TimeSpan most) => (string text, out TimeSpan value) =>
    {
        var isTime = TryAmount(text, Times, out var ms);
        value = isTime && ms <= most.TotalMilliseconds ? TimeSpan.FromMilliseconds(ms) : TimeSpan.Zero;
        return isTime && value >= least && ms <= most.TotalMilliseconds
            ? null
            : $"must be a time from {Say(least)} to {Say(most)}; write a whole number and a unit, like 500ms, 5s, 10m or 1h.";
    };

    /// <summary>A whole number and a unit: <c>64KiB</c>, <c>32MiB</c>, <c>1GB</c>.</summary>
    public static ConfigParser<long> Size(long least, long most) => (string text, out long value) =>
        TryAmount(text, Sizes, out value) && value >= least && value <= most
            ? null
            : $"must be a size from {SaySize(least)} to {SaySize(most)}; write a whole number and a unit, like 64KiB or 32MiB.";

    public static ConfigParser<T> Choice<T>(params (string Word, T Value)[] choices) => (string text, out T value) =>
    {
        foreach (var choice in choices)
        {
            if (choice.Word == text)
            {
                value = choice.Value;
                return null;
            }
        }

        value = default!;
        return $"must be {string.Join(" or ", choices.Select(choice => choice.Word))}.";
    };

    /// <summary>Where to listen. A name other than localhost is refused: the server would bind every address for it.</summary>
    public static string? ListenAddress(string text, out Uri value)
    {
        if (TryHttp(text, out value) && value is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" } && (value.Host == "localhost" || IPAddress.TryParse(value.DnsSafeHost, out _)))
        {
            return null;
        }

        return "must be http:// or https:// with an IP address or localhost, and a port; write http://0.0.0.0:8080 to listen on every address.";
    }

    /// <summary>An upstream's base address: no <c>/v1</c>, which is the endpoints' own, and no credential.</summary>
    public static string? UpstreamAddress(string text, out Uri value)
    {
        if (!TryHttp(text, out value) || value is not { Query: "", Fragment: "" })
        {
            return "must be an address that begins with http:// or https://, like http://10.0.0.5:8000.";
        }

        if (value.UserInfo.Length > 0)
        {
            return "must not carry a credential; write it as api_key.";
        }

        return value.AbsolutePath.TrimEnd('/').EndsWith("/v1", StringComparison.Ordinal) ? "must be written without /v1; remove it." : null;
    }

    /// <summary>An identity provider's issuer: https, or http on this machine.</summary>
    public static string? Issuer(string text, out Uri value) =>
        TryHttp(text, out value) && value is { Query: "", Fragment: "", UserInfo: "" } && (value.Scheme == Uri.UriSchemeHttps || value.IsLoopback)
            ? null
            : "must be an address that begins with https:// (http:// on this machine only), without query and credential.";

    public static string? Network(string text, out IPNetwork value)
    {
        if (IPNetwork.TryParse(text, out value))
        {
            return null;
        }

        if (IPAddress.TryParse(text, out var address))
        {
            value = new IPNetwork(address, address.GetAddressBytes().Length * 8);
            return null;
        }

        return "must be a network or an address, like 10.0.0.0/8, 2001:db8::/32 or 192.0.2.7.";
    }

    /// <summary>A header's name (RFC 9110, section 5.1), lower-cased.</summary>
    public static string? HeaderName(string text, out string value)
    {
        value = text.ToLowerInvariant();
        return value.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c)) ? null : "must be a header's name, like x-forwarded-for.";
    }

    /// <summary>A credential: it must fit into a header.</summary>
    public static string? Credential(string text, out string value)
    {
        value = text;
        return text.All(c => c is > ' ' and <= '~') ? null : "must be printable ASCII without blanks, since it is sent in a header.";
    }

    /// <summary>A secret that signatures are made with; a short one could be guessed from a single signed message.</summary>
    public static string? SharedSecret(string text, out string value)
    {
        value = text;
        return text.Length >= 16 ? null : "must have at least 16 characters; make one with: openssl rand -hex 32";
    }

    /// <summary>A model's name or pattern; names are any text without blanks at their ends.</summary>
    public static string? ModelName(string text, out string value)
    {
        value = text;
        return text.Length > 256 || text != text.Trim() || text.Any(char.IsControl) ? "must be at most 256 characters, without control characters or blanks at its ends." : null;
    }

    /// <summary>A time as it is written in the file.</summary>
    public static string Say(TimeSpan time)
    {
        var ms = (long)time.TotalMilliseconds;
        var (unit, size) = ms == 0 ? Times[1] : Times.Last(unit => ms % unit.Ms == 0);
        return $"{ms / size}{unit}";
    }

    /// <summary>A size as it is written in the file.</summary>
    public static string SaySize(long bytes)
    {
        var (unit, size) = Sizes.Take(3).LastOrDefault(unit => bytes % unit.Bytes == 0, (Unit: "B", Bytes: 1L));
        return $"{bytes / size}{unit}";
    }

    static bool TryAmount(string text, (string Unit, long Size)[] units, out long amount)
    {
        amount = 0;
        var digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        if (digits <= 0 || !long.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        var unit = text[digits..];
        var size = units.FirstOrDefault(known => known.Unit == unit).Size;
        amount = (long)BigInteger.Min(new BigInteger(number) * size, long.MaxValue);
        return size > 0;
    }

    static bool TryHttp(string text, out Uri value) => Uri.TryCreate(text, UriKind.Absolute, out value!) && value.Scheme is "http" or "https";
}
