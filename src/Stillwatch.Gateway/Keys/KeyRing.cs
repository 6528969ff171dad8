using System.Diagnostics.CodeAnalysis;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Keys;

/// <summary>The keys that are valid now, in memory. Thread-safe: readers see one immutable snapshot, swapped when a key is made or revoked.</summary>
sealed class KeyRing
{
    /// <summary>Checks a presented key: public id, then the keyed HMAC of the secret in constant time, then expiry.</summary>
    /// <param name="error">401 in one wording for unknown, wrong, expired and revoked keys, so that nobody learns which.</param>
    public bool TryAuthenticate(ReadOnlySpan<char> presented, DateTimeOffset now, [NotNullWhen(true)] out Caller? caller, [NotNullWhen(false)] out GatewayError? error) =>
        throw new NotImplementedException();
}
