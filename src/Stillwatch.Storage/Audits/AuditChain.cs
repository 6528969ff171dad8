using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Storage.Audits;

/// <summary>Links each entry to the one before it, so that a row that was changed, moved or taken away shows.</summary>
/// <remarks>
/// HMAC-SHA-256 over the hash before and the entry, each text with its length before it. The key follows from the data directory's pepper:
/// whoever can only write the file cannot mend the chain; whoever has the pepper too can, unless a head was kept elsewhere.
/// </remarks>
sealed class AuditChain(byte[] pepper)
{
    const int HashBytes = 32;

    readonly byte[] _key = HKDF.DeriveKey(HashAlgorithmName.SHA256, pepper, HashBytes, info: "stillwatch audit log 1"u8.ToArray());

    public byte[] HashOf(ReadOnlySpan<byte> before, long sequence, AuditEntry entry)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hash.AppendData(before);
        Number(hash, sequence);
        Number(hash, entry.At.ToUnixTimeMilliseconds());
        Number(hash, (long)entry.Face);
        Number(hash, (long)entry.Outcome);
        foreach (var text in (string?[])[entry.Who, entry.Role, entry.Action, entry.Subject, entry.Reason, entry.Detail])
        {
            Number(hash, text is null ? -1 : Encoding.UTF8.GetByteCount(text));
            hash.AppendData(Encoding.UTF8.GetBytes(text ?? ""));
        }

        return hash.GetHashAndReset();
    }

    static void Number(IncrementalHash hash, long value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}
