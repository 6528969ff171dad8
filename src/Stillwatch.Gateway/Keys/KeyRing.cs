using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Keys;

/// <summary>The keys that are valid now, in memory. Thread-safe: every key is one immutable entry, swapped whole when it is made, changed or revoked.</summary>
/// <remarks>
/// A check costs a lookup and one HMAC-SHA-256 and allocates nothing. There is no cache of checked keys: lookup and HMAC take about 2 µs
/// (`./build.sh bench store`), and a cache would be one more place that knows a secret and must hear of a revocation.
/// A concurrent table and no frozen snapshot, since a snapshot would be rebuilt for each of thousands of keys made one by one.
/// </remarks>
sealed class KeyRing
{
    readonly Pepper _pepper;
    readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, Entry>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    readonly byte[] _nobody = RandomNumberGenerator.GetBytes(Pepper.MacBytes); // what the key of an unknown id is compared with

    public KeyRing(Pepper pepper)
    {
        _pepper = pepper;
        _lookup = _entries.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>One wording for unknown, wrong, expired and revoked keys, so that nobody learns which.</summary>
    public static GatewayError Refusal { get; } = new(
        401, "invalid_api_key", "This API key is not valid: it is mistyped, unknown, expired or revoked. Check it, or ask whoever runs this API for another.")
    {
        ShouldRetry = false,
    };

    /// <summary>Keys that are neither revoked nor forgotten; expired ones are among them.</summary>
    public int Count => _entries.Count;

    /// <summary>Checks a presented key: public id, then the keyed HMAC of the secret in constant time, then expiry.</summary>
    /// <param name="error">401 in one wording for unknown, wrong, expired and revoked keys, so that nobody learns which.</param>
    public bool TryAuthenticate(ReadOnlySpan<char> presented, DateTimeOffset now, [NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out GatewayError? error)
    {
        caller = null;
        error = Refusal;
        if (!KeyText.TryGetId(presented, out var id))
        {
            return false;
        }

        // The same work whether the id exists or not: neither answer nor time tells which ids do.
        var isKnown = _lookup.TryGetValue(id, out var entry);
        Span<byte> mac = stackalloc byte[Pepper.MacBytes];
        _pepper.Mac(presented, mac);
        var isRight = CryptographicOperations.FixedTimeEquals(mac, isKnown ? entry!.Mac.Span : _nobody);
        if (!isRight || !isKnown || now.ToUnixTimeMilliseconds() >= entry!.ExpiresMs)
        {
            return false;
        }

        (caller, error) = (entry.Caller, null);
        return true;
    }

    /// <summary>Takes a key in, changes it, or lets go of it when it is revoked.</summary>
    public void Set(StoredKey key)
    {
        if (key.RevokedMs is not null)
        {
            _entries.TryRemove(key.Id, out _);
            return;
        }

        var caller = new Caller
        {
            KeyId = key.Id,
            Account = key.Account,
            Organization = key.Organization,
            Scopes = ScopeNames.TryParse(key.Scopes, out var scopes) ? scopes : KeyScopes.None, // a scope from a later version grants nothing
            UpstreamUserId = _pepper.UpstreamUserId(key.Account),
        };
        _entries[key.Id] = new Entry(caller, key.Mac, key.ExpiresMs ?? long.MaxValue);
    }

    sealed record Entry(Caller Caller, ReadOnlyMemory<byte> Mac, long ExpiresMs);
}
