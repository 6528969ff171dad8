using System.Globalization;

namespace Stillwatch.Scan;

/// <summary>Reads sizes as people write them: <c>512MiB</c>, <c>1.5GiB</c>, <c>800MB</c>, <c>2G</c>.</summary>
static class MemorySize
{
    static readonly (string Suffix, long Bytes)[] Units =
    [
        ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40),
        ("kB", 1_000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("TB", 1_000_000_000_000),
        ("K", 1L << 10), ("M", 1L << 20), ("G", 1L << 30), ("T", 1L << 40), ("B", 1),
    ];

    /// <summary>False when it is no size, or no more than zero. A number alone is bytes.</summary>
    public static bool TryParse(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.Trim();
        var unit = Array.Find(Units, unit => trimmed.EndsWith(unit.Suffix, StringComparison.OrdinalIgnoreCase));
        var digits = unit.Suffix is null ? trimmed : trimmed[..^unit.Suffix.Length].TrimEnd();
        if (!double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        number *= unit.Suffix is null ? 1 : unit.Bytes;
        if (number is not (>= 1 and < long.MaxValue))
        {
            return false;
        }

        bytes = (long)number;
        return true;
    }

    /// <summary>The same the other way, for a person: <c>1.4 GB</c>.</summary>
    public static string Say(long bytes) => bytes switch
    {
        >= 1_000_000_000 => $"{bytes / 1e9:0.0} GB",
        >= 1_000_000 => $"{bytes / 1e6:0} MB",
        _ => $"{bytes / 1e3:0} kB",
    };
}
