using System.Net;
using System.Net.Sockets;
using MaxMind.Db;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// One of the operator's databases, read whole into memory: replacing the file changes nothing until the next start. Safe for concurrent
/// use.
/// </summary>
sealed class MmdbFile : IDisposable
{
    /// <summary>The largest published databases are below half of it.</summary>
    const long MostBytes = 1L << 30;

    readonly Reader _reader;
    long _unreadable;

    MmdbFile(string path, Reader reader) => (Path, _reader) = (path, reader);

    public string Path { get; }

    public bool StatesCountries { get; private set; }

    public bool StatesAsns { get; private set; }

    public bool StatesKinds { get; private set; }

    /// <summary>Look-ups whose record could not be decoded; they were answered with nothing.</summary>
    public long Unreadable => Interlocked.Read(ref _unreadable);

    /// <returns>The database, or why it cannot be used, as the end of a sentence that begins with the file.</returns>
    public static (MmdbFile? File, string? Fault) Open(string path)
    {
        try
        {
            if (new FileInfo(path) is { Exists: true, Length: > MostBytes } large)
            {
                return (null, $"has {large.Length} bytes, more than the {MostBytes} a database may have; name another file.");
            }

            var bytes = File.ReadAllBytes(path);
            var reader = new Reader(new MemoryStream(bytes));
            var (file, fault) = Try(path, reader, bytes);
            if (file is null)
            {
                reader.Dispose();
            }

            return (file, fault);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return (null, ConfigText.Unread(path, e));
        }
        catch (Exception e) when (IsDamage(e))
        {
            return (null, "is no MaxMind DB file, or damaged; fetch it again.");
        }
    }

    /// <summary>Null when the database has nothing on the address.</summary>
    public MmdbRecord? Find(IPAddress plain)
    {
        if (plain.AddressFamily == AddressFamily.InterNetworkV6 && _reader.Metadata.IPVersion == 4)
        {
            return null;
        }

        try
        {
            return _reader.Find<MmdbRecord>(plain);
        }
        catch (Exception e) when (IsDamage(e))
        {
            Interlocked.Increment(ref _unreadable);
            return null;
        }
    }

    public void Dispose() => _reader.Dispose();

    static (MmdbFile? File, string? Fault) Try(string path, Reader reader, byte[] bytes)
    {
        if (reader.Metadata.IPVersion is not (4 or 6))
        {
            return (null, $"states IP version {reader.Metadata.IPVersion}; 4 and 6 are known. Name another database.");
        }

        var (samples, fault) = MmdbTree.Look(bytes, reader.Metadata.IPVersion);
        if (fault is not null)
        {
            return (null, $"{fault}; fetch it again.");
        }

        var file = new MmdbFile(path, reader);
        foreach (var record in samples.Select(file.Find).OfType<MmdbRecord>())
        {
            file.StatesCountries |= record.StatesCountry;
            file.StatesAsns |= record.Asn is not null;
            file.StatesKinds |= !record.Kinds.IsEmpty;
        }

        if (file.Unreadable > 0)
        {
            return (null, $"is damaged: {file.Unreadable} of its first {samples.Count} records cannot be read; fetch it again.");
        }

        var type = Shown(reader.Metadata.DatabaseType);
        return file.StatesCountries || file.StatesAsns || file.StatesKinds ? (file, null)
            : (null, $"has records ({type}) that state no country, no AS number and no kind of network; name another database.");
    }

    static string Shown(string? type) =>
        string.Concat((type ?? "").Take(60).Select(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ' ? c : '?'));

    /// <summary>What a decoder of damaged bytes throws. Running out of memory, or a fault of ours, is none of it.</summary>
    static bool IsDamage(Exception e) =>
        e is InvalidDatabaseException or DeserializationException or ArgumentException or InvalidOperationException
            or IndexOutOfRangeException or InvalidCastException or ArithmeticException or FormatException or NotSupportedException
            or KeyNotFoundException or NullReferenceException or IOException or System.Reflection.TargetInvocationException;
}
