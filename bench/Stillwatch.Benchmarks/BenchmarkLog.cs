using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;

namespace Stillwatch.Benchmarks;

/// <summary>A simulated log with its records in a directory of its own, cut at a number of bytes or lines; deleted at the end.</summary>
internal sealed class BenchmarkLog : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-bench").FullName;

    public string Path => In("exchanges.jsonl.gz");

    public long InflatedBytes { get; private set; }

    public long Lines { get; private set; }

    /// <summary>Accounts that sent one of the lines.</summary>
    public int Accounts { get; private set; }

    public string In(string name) => System.IO.Path.Combine(_directory, name);

    /// <exception cref="IOException">The temporary directory has no room.</exception>
    public static BenchmarkLog Write(Simulation simulation, long maxBytes, long maxLines)
    {
        var log = new BenchmarkLog();
        Records(log.In("accounts.jsonl"), simulation.Accounts, RecordsJson.Default.AccountRecord);
        Records(log.In("organizations.jsonl"), simulation.Organizations, RecordsJson.Default.OrganizationRecord);
        Records(log.In("apps.jsonl"), simulation.Apps, RecordsJson.Default.AppRecord);
        var accounts = new HashSet<string>();
        var buffer = new ArrayBufferWriter<byte>(1 << 19);
        using var writer = new ExchangeWriter();
        using var file = new GZipStream(File.Create(log.Path, 1 << 16), CompressionLevel.Fastest); // as simulate writes it
        foreach (var (exchange, _) in simulation.Exchanges())
        {
            writer.Write(exchange, buffer);
            accounts.Add(exchange.Account);
            log.Lines++;
            var full = log.Lines == maxLines || log.InflatedBytes + buffer.WrittenCount >= maxBytes;
            if (full || buffer.WrittenCount > 1 << 18)
            {
                file.Write(buffer.WrittenSpan);
                log.InflatedBytes += buffer.WrittenCount;
                buffer.ResetWrittenCount();
            }

            if (full)
            {
                break;
            }
        }

        file.Write(buffer.WrittenSpan);
        log.InflatedBytes += buffer.WrittenCount;
        log.Accounts = accounts.Count;
        return log;
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    static void Records<T>(string path, IEnumerable<T> records, JsonTypeInfo<T> type)
        => File.WriteAllLines(path, records.Select(record => JsonSerializer.Serialize(record, type)));
}
