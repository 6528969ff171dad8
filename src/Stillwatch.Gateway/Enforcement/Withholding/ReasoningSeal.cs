using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Seals reasoning into an opaque token that only this gateway opens, and only for the account it was given to. Thread-safe.
/// </summary>
/// <remarks>
/// <para>A token is base64url of version, random nonce, AES-256-GCM of the compressed reasoning, and tag. base64url, because JSON encoders
/// of clients escape none of its characters. The compressed form is padded, so that a token's length tells little of the
/// reasoning's.</para>
/// <para>Bound to the account twice: by a key of its own and as associated data. Not to the conversation: between a response and its return
/// a lawful client moves cache marks, grows its tools, trims old turns, and a seal that broke by that would break its tool loop. Opening
/// shows nothing to the client in any case; it only goes upstream, where the upstream's own signature, restored byte for byte, still
/// binds the prefix if that upstream signs.</para>
/// <para>A key sees one account's tokens, far below the 2^32 that random nonces of 96 bits allow (NIST SP 800-38D, 8.3).</para>
/// </remarks>
sealed class ReasoningSeal
{
    /// <summary>How every token of ours begins, whatever its version: what is searched for in requests.</summary>
    public static ReadOnlySpan<byte> Mark => "c3ctc2VhbC"u8; // base64 of "sw-seal" and of the bits that "-" begins with

    static ReadOnlySpan<byte> Version => "sw-seal-1"u8;

    const int NonceBytes = 12;
    const int TagBytes = 16;
    const int HeadBytes = 13; // kind, and the lengths of what is compressed, of text and of signature
    const int PaddingBytes = 510;
    const int RestBytes = 2; // with these a token is whole groups of three: base64 without spare bits that could be changed unseen
    const int BrotliQuality = 4; // below a millisecond for 32 KB, within a few percent of the best
    const int BrotliWindow = 22;

    readonly byte[] _key;
    readonly byte[]? _previous;

    /// <param name="secret">The data directory's pepper.</param>
    /// <param name="previous">The pepper before; its tokens are still opened, none are sealed with it. Empty: none.</param>
    public ReasoningSeal(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> previous = default)
    {
        _key = KeyOf(secret);
        _previous = previous.IsEmpty ? null : KeyOf(previous);
    }

    /// <summary>
    /// Seals for <paramref name="account"/>. What is beyond <see cref="SealedReasoning.MaxBytes"/> becomes a token that gives nothing
    /// back.
    /// </summary>
    public byte[] Seal(SealedReasoning reasoning, string account)
    {
        if (reasoning.Text.Length + reasoning.Signature.Length > SealedReasoning.MaxBytes)
        {
            reasoning = SealedReasoning.Nothing;
        }

        var plain = Pack(reasoning);
        var token = new byte[Version.Length + NonceBytes + plain.Length + TagBytes];
        Version.CopyTo(token);
        var nonce = token.AsSpan(Version.Length, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        using var aes = CipherOf(_key, account);
        aes.Encrypt(nonce, plain, token.AsSpan(Version.Length + NonceBytes, plain.Length), token.AsSpan(token.Length - TagBytes), Bound(account));
        return Base64Url.EncodeToUtf8(token);
    }

    /// <summary>
    /// Null when the token is not ours, was altered, belongs to another account or to a version or key we do not know. Never throws.
    /// </summary>
    public SealedReasoning? Open(ReadOnlySpan<byte> token, string account)
    {
        var bytes = new byte[Base64Url.GetMaxDecodedLength(token.Length)];
        if (!token.StartsWith(Mark)
            || Base64Url.DecodeFromUtf8(token, bytes, out _, out var length) != OperationStatus.Done
            || length < Version.Length + NonceBytes + TagBytes
            || !bytes.AsSpan().StartsWith(Version))
        {
            return null;
        }

        var plain = new byte[length - Version.Length - NonceBytes - TagBytes];
        var sealedBytes = bytes.AsSpan(0, length);
        return TryDecrypt(_key, sealedBytes, plain, account) || (_previous is not null && TryDecrypt(_previous, sealedBytes, plain, account))
            ? Unpack(plain)
            : null;
    }

    static bool TryDecrypt(byte[] key, ReadOnlySpan<byte> token, Span<byte> plain, string account)
    {
        using var aes = CipherOf(key, account);
        try
        {
            var sealedBytes = token[(Version.Length + NonceBytes)..^TagBytes];
            aes.Decrypt(token.Slice(Version.Length, NonceBytes), sealedBytes, token[^TagBytes..], plain, Bound(account));
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
    }

    // Kind and three lengths, the compressed text and signature, then zeros to a whole number of paddings.
    static byte[] Pack(SealedReasoning reasoning)
    {
        byte[] content = [.. reasoning.Text.Span, .. reasoning.Signature.Span];
        var packed = new byte[HeadBytes + BrotliEncoder.GetMaxCompressedLength(content.Length) + PaddingBytes];
        if (!BrotliEncoder.TryCompress(content, packed.AsSpan(HeadBytes), out var length, BrotliQuality, BrotliWindow))
        {
            throw new InvalidOperationException("Brotli did not fit into the space it asked for.");
        }

        packed[0] = (byte)reasoning.Kind;
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), length);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(5), reasoning.Text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(9), reasoning.Signature.Length);
        var used = HeadBytes + length - RestBytes;
        return packed[..(((used + PaddingBytes - 1) / PaddingBytes * PaddingBytes) + RestBytes)];
    }

    // Only of bytes that the tag vouches for; the checks are against another version of ourselves.
    static SealedReasoning? Unpack(ReadOnlySpan<byte> packed)
    {
        if (packed.Length < HeadBytes || packed[0] > (byte)ReasoningKind.Reasoning)
        {
            return null;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(packed[1..]);
        var text = BinaryPrimitives.ReadInt32LittleEndian(packed[5..]);
        var signature = BinaryPrimitives.ReadInt32LittleEndian(packed[9..]);
        if ((uint)length > packed.Length - HeadBytes || text < 0 || signature < 0 || (long)text + signature > SealedReasoning.MaxBytes)
        {
            return null;
        }

        var content = new byte[text + signature];
        return BrotliDecoder.TryDecompress(packed.Slice(HeadBytes, length), content, out var written) && written == content.Length
            ? new SealedReasoning((ReasoningKind)packed[0], content.AsMemory(0, text), content.AsMemory(text))
            : null;
    }

    static byte[] KeyOf(ReadOnlySpan<byte> secret)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt: default, info: "reasoning seal v1"u8);
        return key;
    }

    static AesGcm CipherOf(byte[] key, string account)
    {
        Span<byte> own = stackalloc byte[32];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(account), own);
        return new AesGcm(own, TagBytes);
    }

    static byte[] Bound(string account) => [.. Version, .. Encoding.UTF8.GetBytes(account)];
}
