namespace Stillwatch.Storage.Logs;

/// <summary>One input of a scan: a file, or standard input.</summary>
public sealed class LogFile
{
    /// <summary>The name that means standard input on a command line.</summary>
    public const string StandardInput = "-";

    const int FileBufferBytes = 256 * 1024;

    readonly Func<Stream> _open;
    long _readBytes;

    /// <param name="name">As the user wrote it, for messages and reports.</param>
    /// <param name="sizeBytes">As stored; null when unknown.</param>
    /// <param name="canReopen">Whether its first line can be looked at ahead of time.</param>
    /// <param name="open">Opens the stored, possibly compressed bytes.</param>
    public LogFile(string name, long? sizeBytes, bool canReopen, Func<Stream> open) =>
        (Name, SizeBytes, CanReopen, _open) = (name, sizeBytes, canReopen, open);

    public string Name { get; }

    public long? SizeBytes { get; }

    public bool CanReopen { get; }

    /// <summary>Stored bytes read so far, for a progress line; safe to read from any thread.</summary>
    public long ReadBytes => Interlocked.Read(ref _readBytes);

    public static LogFile At(string path)
    {
        // A pipe has no length, and what is peeked from it is gone.
        var length = new FileInfo(path).Length;
        return new LogFile(path, length > 0 ? length : null, canReopen: length > 0, () => OpenFile(path));
    }

    public static LogFile OfStandardInput() => new("standard input", null, canReopen: false, Console.OpenStandardInput);

    /// <summary>Opens the log as plain bytes, whatever it is compressed with.</summary>
    /// <exception cref="LogUnreadableException">It cannot be opened.</exception>
    public Stream Open() => LogStream.Decompress(new CountingStream(_open(), this));

    /// <summary>The same without counting, for a look at the first line.</summary>
    internal Stream Peek() => LogStream.Decompress(_open());

    static FileStream OpenFile(string path)
    {
        try
        {
            return new FileStream(path, new FileStreamOptions
            {
                BufferSize = FileBufferBytes,
                Options = FileOptions.SequentialScan,
                Share = FileShare.ReadWrite | FileShare.Delete, // a log may still be written, or rotated away
            });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LogUnreadableException($"cannot read {path}: {e.Message}", e);
        }
    }

    sealed class CountingStream(Stream inner, LogFile file) : ReadOnlyStream(inner)
    {
        public override int Read(Span<byte> buffer)
        {
            var read = Inner.Read(buffer);
            Interlocked.Add(ref file._readBytes, read);
            return read;
        }
    }
}
