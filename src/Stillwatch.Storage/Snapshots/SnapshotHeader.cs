using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Snapshots;

/// <summary>What a snapshot is of: with what it was made, and up to where in the logs beside it.</summary>
public sealed record SnapshotHeader
{
    /// <summary>Version of the detector's saved state.</summary>
    public required int State { get; init; }

    /// <summary>Names the key of the sketches.</summary>
    public required string KeyId { get; init; }

    public required long MemoryBytes { get; init; }

    /// <summary>Of the apps file, whose order the state holds as numbers; empty without one.</summary>
    public required string AppsHash { get; init; }

    /// <summary>Of the policy that was judged with last: another one goes on from what is held, as it does while a server runs.</summary>
    public required string PolicyHash { get; init; }

    /// <summary>The row of the exchange log up to which sketches were taken, in order; 0 for none.</summary>
    public required long LogRow { get; init; }

    /// <summary>The id of that row's exchange: a log that lost its end goes on with other rows of the same numbers.</summary>
    public required string? LogExchange { get; init; }

    public required long Exchanges { get; init; }

    /// <summary>Findings of trials that were taken, from the first.</summary>
    public required int Findings { get; init; }

    /// <summary>Rows that were left out, by reason.</summary>
    public required IReadOnlyList<Rejection> Rejected { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(SnapshotHeader))]
sealed partial class SnapshotJson : JsonSerializerContext;
