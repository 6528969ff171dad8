using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Gateway.Keys;

/// <summary>What is derived from the file <c>key.pepper</c>: whoever steals the database alone can neither check a guess nor name an account. Thread-safe.</summary>
sealed class Pepper
{
    public const int MacBytes = HMACSHA256.HashSizeInBytes;

    const int MostKept = 64; // more threads than that do not hash at once

    readonly byte[] _keys;
    readonly byte[] _accounts;

    // A hash that knows its key already takes 0.7 µs, one that is made anew 1.8 (200,000 keys of 60 bytes, one thread).
    readonly ConcurrentQueue<IncrementalHash> _hashes = new();

    public Pepper(ReadOnlySpan<byte> secret)
    {
        // One secret in the file, one key for each use: no value of one use is ever a value of another.
        _keys = HMACSHA256.HashData(secret, "stillwatch key secret"u8);
        _accounts = HMACSHA256.HashData(secret, "stillwatch upstream user"u8);
        Id = Convert.ToHexStringLower(HMACSHA256.HashData(secret, "stillwatch pepper id"u8).AsSpan(0, 4));
    }

    /// <summary>Names the pepper; eight hex digits that say nothing about it.</summary>
    public string Id { get; }

    /// <summary>HMAC-SHA-256 over the whole key text, so that a stored value belongs to one id and one secret. Allocates nothing once as many hashes are kept as threads ask at a time.</summary>
    /// <param name="key">Well-formed (<see cref="KeyText.TryGetId"/>), hence ASCII.</param>
    public void Mac(ReadOnlySpan<char> key, Span<byte> mac)
    {
        Span<byte> bytes = stackalloc byte[KeyText.Length];
        Encoding.ASCII.GetBytes(key, bytes);
        if (!_hashes.TryDequeue(out var hash))
        {
            hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _keys);
        }

        hash.AppendData(bytes);
        hash.GetHashAndReset(mac);
        CryptographicOperations.ZeroMemory(bytes);
        if (_hashes.Count < MostKept)
        {
            _hashes.Enqueue(hash);
        }
        else
        {
            hash.Dispose();
        }
    }

    /// <summary>The account's keyed name for upstreams: 32 hex digits, stable, not reversible without the pepper.</summary>
    public string UpstreamUserId(string account) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(_accounts, Encoding.UTF8.GetBytes(account)).AsSpan(0, 16));
}
