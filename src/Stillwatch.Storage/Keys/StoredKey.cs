namespace Stillwatch.Storage.Keys;

/// <summary>An issued key as it is kept: everything but its secret. Times are Unix milliseconds.</summary>
public sealed record StoredKey
{
    /// <summary>The public half, unique.</summary>
    public required string Id { get; init; }

    /// <summary>HMAC-SHA-256 of id and secret under the pepper; 32 bytes, useless without it.</summary>
    public required ReadOnlyMemory<byte> Mac { get; init; }

    public required string Account { get; init; }

    public string? Organization { get; init; }

    /// <summary>What the operator calls it.</summary>
    public string? Name { get; init; }

    /// <summary>Comma-separated, e.g. <c>messages,batches</c>.</summary>
    public required string Scopes { get; init; }

    public required long CreatedMs { get; init; }

    /// <summary>Not valid from then on; null is never.</summary>
    public long? ExpiresMs { get; init; }

    public long? RevokedMs { get; init; }

    /// <summary>The key that a rotation put in its place.</summary>
    public string? ReplacedBy { get; init; }
}
