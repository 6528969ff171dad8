using System.Text;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Replaces <c>${NAME}</c> and <c>${NAME:-default}</c> by the environment's values; <c>$${</c> stands for the two characters themselves.</summary>
static class EnvironmentReferences
{
    /// <param name="value">The text with every reference replaced; empty on failure.</param>
    /// <param name="fault">What is wrong and the cure: names variables, never their values nor the rest of the text.</param>
    public static bool TryResolve(string raw, Func<string, string?> environment, out string value, out string? fault)
    {
        var resolved = new StringBuilder();
        (value, fault) = ("", null);
        for (var at = 0; at < raw.Length;)
        {
            var rest = raw.AsSpan(at);
            if (rest.StartsWith("$${", StringComparison.Ordinal))
            {
                resolved.Append("${");
                at += 3;
            }
            else if (!rest.StartsWith("${", StringComparison.Ordinal))
            {
                resolved.Append(raw[at++]);
            }
            else
            {
                var end = rest.IndexOf('}');
                var inside = end < 0 ? "" : rest[2..end].ToString();
                var (name, fallback) = inside.IndexOf(":-", StringComparison.Ordinal) is var cut and >= 0 ? (inside[..cut], inside[(cut + 2)..]) : (inside, null);
                if (!IsName(name))
                {
                    fault = "holds a broken reference; write ${NAME} or ${NAME:-default}, or $${ for those two characters.";
                    return false;
                }

                if (environment(name) is not { } found || (found.Length == 0 && fallback is not null))
                {
                    found = fallback;
                }

                if (found is null)
                {
                    fault = $"the environment variable {name} is not set; set it, or write ${{{name}:-default}}.";
                    return false;
                }

                resolved.Append(found);
                at += end + 1;
            }
        }

        value = resolved.ToString();
        return true;
    }

    public static bool Has(string raw) => raw.Contains("${", StringComparison.Ordinal);

    // Names as POSIX has them (Base Definitions, 3.216).
    static bool IsName(ReadOnlySpan<char> name) =>
        !name.IsEmpty && !char.IsAsciiDigit(name[0]) && name.ContainsAnyExcept(NameCharacters) is false;

    static readonly System.Buffers.SearchValues<char> NameCharacters =
        System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");
}
