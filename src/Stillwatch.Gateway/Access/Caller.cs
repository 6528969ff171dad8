using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Gateway.Access;

/// <summary>Who calls, as the key proves it. Immutable; one per key, shared by its exchanges.</summary>
sealed record Caller
{
    /// <summary>The key's public id.</summary>
    public required string KeyId { get; init; }

    public required string Account { get; init; }

    public string? Organization { get; init; }

    public required KeyScopes Scopes { get; init; }

    /// <summary>The account's keyed name, stable and not reversible: the only user id an upstream sees.</summary>
    public required string UpstreamUserId { get; init; }

    /// <summary>What an upstream sees instead of the client's own cache key: the same for the same account and key, and of no other use.</summary>
    public string CacheKeyOf(ReadOnlySpan<byte> stated)
    {
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(Encoding.ASCII.GetBytes(UpstreamUserId), stated, digest);
        return Convert.ToHexStringLower(digest[..16]);
    }
}

/// <summary>What a key may be used for.</summary>
[Flags]
enum KeyScopes
{
    None = 0,
    Messages = 1,
    Batches = 2,
    Files = 4,
    Models = 8,
    All = Messages | Batches | Files | Models,
}
