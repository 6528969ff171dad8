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
