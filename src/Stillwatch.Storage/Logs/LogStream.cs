using System.IO.Compression;
using ZstdSharp;

namespace Stillwatch.Storage.Logs;

/// <summary>Decompresses a log by what its first bytes say, not by its name: exports are often misnamed.</summary>
/// <remarks>
/// A gzip that ends too early reads like a whole one unless the runtime's strict validation is on; Directory.Build.props turns
/// it on for every program here, and a test holds that.
/// </remarks>
static class LogStream
{
    const int MagicBytes = 4;

    public static Stream Decompress(Stream stored)
    {
        var magic = new byte[MagicBytes];
        var length = stored.ReadAtLeast(magic, MagicBytes, throwOnEndOfStream: false);
        var whole = new PrefixedStream(magic.AsMemory(0, length), stored);
        return magic switch
        {
            [0x1F, 0x8B, ..] => new GZipStream(whole, CompressionMode.Decompress),
            [0x28, 0xB5, 0x2F, 0xFD] or [>= 0x50 and <= 0x5F, 0x2A, 0x4D, 0x18] =>
                new DecompressionStream(whole, bufferSize: 256 * 1024, checkEndOfStream: true, leaveOpen: false),
            _ => whole,
        };
    }

    /// <summary>Whether an exception means that the stored bytes are cut off or damaged, rather than that reading failed.</summary>
    public static bool IsDamage(Exception e) => e is InvalidDataException or EndOfStreamException or ZstdException;

    /// <summary>Gives back the bytes that were looked at.</summary>
    sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : ReadOnlyStream(rest)
    {
        ReadOnlyMemory<byte> _prefix = prefix;

        public override int Read(Span<byte> buffer)
        {
            if (_prefix.IsEmpty)
            {
                return Inner.Read(buffer);
            }

            var length = Math.Min(_prefix.Length, buffer.Length);
            _prefix.Span[..length].CopyTo(buffer);
            _prefix = _prefix[length..];
            return length;
        }
    }
}
