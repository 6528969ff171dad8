using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text.Json;

namespace Stillwatch.Storage.Snapshots;

/// <summary>One snapshot on disk. It is read to its end and its checksum compared before a byte of its state is used.</summary>
/// <remarks>
/// Format 1, little-endian: 8 bytes <c>STILSNAP</c>; int32 format; int32 length of the header, at most 1 MiB; the header as JSON; the state; 16 bytes
/// XxHash128 of everything before. The hash finds damage, not forgery: whoever can write here can write the exchange log too.
/// </remarks>
public sealed class SnapshotFile
{
    const int Format = 1;
    const int MaxHeaderBytes = 1 << 20;
    const int BufferBytes = 1 << 20;
    const int HashBytes = 16;

    readonly long _stateBegins;

    SnapshotFile(string path, SnapshotHeader? header, string? fault, long stateBegins) => (Path, Header, Fault, _stateBegins) = (path, header, fault, stateBegins);

    public string Path { get; }

    /// <summary>Null when there is a fault.</summary>
    public SnapshotHeader? Header { get; }

    /// <summary>Why it cannot be used, a sentence; null when it is whole.</summary>
    public string? Fault { get; }

    /// <summary>Reads and checks a file. Damage is a fault in the result, never an exception.</summary>
    public static SnapshotFile Open(string path)
    {
        try
        {
            using var file = Reader(path);
            return Checked(path, file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SnapshotFile(path, null, $"it cannot be read: {e.Message}", 0);
        }
    }

    /// <summary>The state, from its beginning.</summary>
    /// <exception cref="IOException">The file cannot be opened any more.</exception>
    public Stream OpenState()
    {
        var file = Reader(Path);
        file.Position = _stateBegins;
        return file;
    }

    /// <summary>Removes a file that cannot be used.</summary>
    public void Delete() => File.Delete(Path);

    internal static long Write(Stream file, SnapshotHeader header, Action<Stream> save)
    {
        using var hashed = new HashedStream(file, BufferBytes);
        var json = JsonSerializer.SerializeToUtf8Bytes(header, SnapshotJson.Default.SnapshotHeader);
        Span<byte> start = stackalloc byte[16];
        "STILSNAP"u8.CopyTo(start);
        BinaryPrimitives.WriteInt32LittleEndian(start[8..], Format);
        BinaryPrimitives.WriteInt32LittleEndian(start[12..], json.Length);
        hashed.Write(start);
        hashed.Write(json);
        save(hashed);
        return hashed.Finish();
    }

    static SnapshotFile Checked(string path, FileStream file)
    {
        SnapshotFile Faulty(string fault) => new(path, null, fault, 0);

        Span<byte> start = stackalloc byte[16];
        if (file.Length < start.Length + HashBytes || file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.StartsWith("STILSNAP"u8))
        {
            return Faulty("it is no snapshot, or its beginning is lost");
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(start[8..]) is var format and not Format)
        {
            return Faulty($"it has format {format}; this program reads format {Format}");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(start[12..]);
        if (length is < 2 or > MaxHeaderBytes || start.Length + length + HashBytes > file.Length)
        {
            return Faulty("it is damaged: its header cannot be so long");
        }

        file.Position = 0;
        if (!HasItsHash(file))
        {
            return Faulty("it is damaged or was cut off: its checksum does not agree");
        }

        file.Position = start.Length;
        var json = new byte[length];
        file.ReadExactly(json);
        try
        {
            return JsonSerializer.Deserialize(json, SnapshotJson.Default.SnapshotHeader) is { } header
                ? new SnapshotFile(path, header, null, start.Length + length)
                : Faulty("its header is empty");
        }
        catch (JsonException e)
        {
            return Faulty($"its header is not as this program writes it, at {e.Path ?? "$"}");
        }
    }

    static bool HasItsHash(FileStream file)
    {
        var hash = new XxHash128();
        var buffer = new byte[BufferBytes];
        for (var left = file.Length - HashBytes; left > 0;)
        {
            var got = file.Read(buffer, 0, (int)Math.Min(buffer.Length, left));
            if (got == 0)
            {
                return false;
            }

            hash.Append(buffer.AsSpan(0, got));
            left -= got;
        }

        Span<byte> stated = stackalloc byte[HashBytes];
        return file.ReadAtLeast(stated, HashBytes, throwOnEndOfStream: false) == HashBytes && stated.SequenceEqual(hash.GetCurrentHash());
    }

    static FileStream Reader(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, BufferBytes, FileOptions.SequentialScan);
}
