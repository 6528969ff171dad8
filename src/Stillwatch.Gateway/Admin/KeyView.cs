using System.Text.Json.Serialization;
using Stillwatch.Gateway.Keys;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Admin;

/// <summary>A key that is asked for, or a list of them under <see cref="Keys"/>.</summary>
/// <param name="Scopes">Comma-separated; all when left out.</param>
/// <param name="Expires">As <see cref="KeyTimes"/> reads it; never when left out.</param>
sealed record KeyOrder(
    string? Account = null, string? Organization = null, string? Name = null, string? Scopes = null, string? Expires = null,
    IReadOnlyList<KeyOrder>? Keys = null);

/// <param name="Overlap">How long the old key lives on, as <see cref="KeyTimes"/> reads it.</param>
sealed record RotationOrder(string? Overlap = null);

sealed record KeyList(IReadOnlyList<KeyView> Keys);

/// <summary>A key as operators see it.</summary>
/// <remarks>No record: nothing prints <see cref="Key"/> by accident.</remarks>
sealed class KeyView
{
    public required string Id { get; init; }

    public required string Account { get; init; }

    public required string? Organization { get; init; }

    public required string? Name { get; init; }

    public required string Scopes { get; init; }

    /// <summary><c>active</c>, <c>expired</c> or <c>revoked</c>.</summary>
    public required string State { get; init; }

    public required DateTimeOffset Created { get; init; }

    public required DateTimeOffset? Expires { get; init; }

    public required DateTimeOffset? Revoked { get; init; }

    /// <summary>The key a rotation put in its place.</summary>
    public required string? ReplacedBy { get; init; }

    /// <summary>The secret, only in the answer to making it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Key { get; init; }

    public static KeyView Of(StoredKey key, DateTimeOffset now, string? text = null) => new()
    {
        Id = key.Id,
        Account = key.Account,
        Organization = key.Organization,
        Name = key.Name,
        Scopes = key.Scopes,
        State = key.RevokedMs is not null ? "revoked" : key.ExpiresMs <= now.ToUnixTimeMilliseconds() ? "expired" : "active",
        Created = DateTimeOffset.FromUnixTimeMilliseconds(key.CreatedMs),
        Expires = Moment(key.ExpiresMs),
        Revoked = Moment(key.RevokedMs),
        ReplacedBy = key.ReplacedBy,
        Key = text,
    };

    static DateTimeOffset? Moment(long? ms) => ms is { } value ? DateTimeOffset.FromUnixTimeMilliseconds(value) : null;
}
