namespace Stillwatch.Storage.Ownership;

/// <summary>Something an upstream keeps for an account of ours. Holds who made it and where it is, nothing of what is in it.</summary>
public sealed record OwnedItem
{
    public required OwnedKind Kind { get; init; }

    /// <summary>The upstream's own id of it.</summary>
    public required string Id { get; init; }

    public required string Account { get; init; }

    /// <summary>The key it was made with.</summary>
    public required string KeyId { get; init; }

    /// <summary>The request id it was made under.</summary>
    public required string Origin { get; init; }

    /// <summary>Name of the upstream that keeps it.</summary>
    public required string Upstream { get; init; }

    /// <summary>Unix time, milliseconds.</summary>
    public required long CreatedMs { get; init; }

    /// <summary>Batches: the models asked for and their upstream names, as JSON; null otherwise.</summary>
    public string? Models { get; init; }

    /// <summary>Batches: lines of the results that have been counted, from the first on.</summary>
    public long SettledLines { get; init; }

    /// <summary>The order things were made in; given by the store.</summary>
    public long Sequence { get; init; }
}

public enum OwnedKind
{
    Batch = 1,
    File = 2,
}
