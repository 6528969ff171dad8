using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>The secret every sketch is made with: without it no trait can be guessed and confirmed, and destroying it erases them.</summary>
/// <remarks>Ids and identity traits go through HMAC-SHA-256; shingles through a fast mix whose seed comes from the same key.</remarks>
public sealed class DetectionKey
{
    /// <summary>Length of the secret, bytes.</summary>
    public const int LengthBytes = 32;

    readonly byte[] _secret;

    /// <exception cref="ArgumentException">The secret is not <see cref="LengthBytes"/> long.</exception>
    public DetectionKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != LengthBytes)
        {
            throw new ArgumentException($"A detection key has {LengthBytes} bytes, this one has {secret.Length}.", nameof(secret));
        }

        _secret = secret.ToArray();
        Span<byte> digest = stackalloc byte[32];
        HMACSHA256.HashData(_secret, "stillwatch key id"u8, digest);
        Id = Convert.ToHexStringLower(digest[..4]);
        HMACSHA256.HashData(_secret, "stillwatch shingle seed"u8, digest);
        ShingleSeed = BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    /// <summary>Names the key in reports; eight hex digits that say nothing about the secret.</summary>
    public string Id { get; }

    /// <summary>Seed of the fast mix for shingles and whole texts.</summary>
    internal ulong ShingleSeed { get; }

    /// <summary>A key for one run: nothing made with it can be compared with another run's.</summary>
    public static DetectionKey CreateRandom()
    {
        Span<byte> secret = stackalloc byte[LengthBytes];
        RandomNumberGenerator.Fill(secret);
        return new DetectionKey(secret);
    }

    /// <summary>A key from a passphrase or test seed: SHA-256 of its UTF-8 bytes.</summary>
    public static DetectionKey FromText(string text) => new(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    /// <summary>The keyed 64-bit name of an id or identity trait. Never zero, so that zero can mean none.</summary>
    /// <param name="domain">Keeps equal values of different kinds apart.</param>
    public ulong Name(TraitKind domain, ReadOnlySpan<byte> value)
    {
        using var hmac = CreateHmac();
        return Name(hmac, domain, value);
    }

    /// <summary>For whoever names much: making it costs as much as a name. Not thread-safe.</summary>
    internal IncrementalHash CreateHmac() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _secret);

    /// <summary>As <see cref="Name(TraitKind, ReadOnlySpan{byte})"/>, with the <paramref name="hmac"/> of <see cref="CreateHmac"/>.</summary>
    internal static ulong Name(IncrementalHash hmac, TraitKind domain, ReadOnlySpan<byte> value)
    {
        hmac.AppendData([(byte)domain]);
        hmac.AppendData(value);
        Span<byte> digest = stackalloc byte[32];
        hmac.GetHashAndReset(digest);
        return Math.Max(1, BinaryPrimitives.ReadUInt64LittleEndian(digest));
    }
}
