using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Storage.Accounts;

/// <summary>A record and what is known about its making. Times are Unix milliseconds.</summary>
public sealed record Recorded<T>(T Value)
    where T : class
{
    /// <summary>When the record as a whole was last stated by something other than a file of the configuration; 0 for never.</summary>
    public long StatedMs { get; init; }

    /// <summary>When that happened which the last applied verification event reports; 0 without one.</summary>
    public long EventMs { get; init; }

    /// <summary>When the level runs out; null when it does not.</summary>
    public long? LevelUntilMs { get; init; }

    /// <summary>What it falls back to then.</summary>
    public VerificationLevel? LevelAfter { get; init; }
}

/// <summary>Which accounts a list holds. Null takes every value.</summary>
/// <param name="After">The last id of the page before.</param>
/// <param name="Level">The account's own; <c>none</c> takes those of whom nobody says it too.</param>
public sealed record AccountQuery(
    string? After, int Limit, VerificationLevel? Level = null, string? Status = null, string? Programme = null, string? Organization = null);

/// <summary>What became of records that were imported: all = added + changed + unchanged.</summary>
public readonly record struct ImportTally(long Added, long Changed, long Unchanged)
{
    public static ImportTally operator +(ImportTally a, ImportTally b) => new(a.Added + b.Added, a.Changed + b.Changed, a.Unchanged + b.Unchanged);
}

/// <summary>The content of a file that was last imported.</summary>
/// <param name="FileTime">When the file was last written.</param>
public sealed record ImportedFile(ReadOnlyMemory<byte> Sha256, DateTimeOffset FileTime);
