using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Simulator;

/// <summary>Writes a simulation to a directory: the log, the records, and what is true of them.</summary>
/// <remarks>
/// Files: <c>exchanges.jsonl.gz</c>, <c>accounts.jsonl</c>, <c>organizations.jsonl</c>, <c>apps.jsonl</c>, <c>truth.jsonl</c>,
/// <c>truth-exchanges.jsonl.gz</c>, <c>scenario.yaml</c>. The same scenario, seed, scale and corpus give the same bytes.
/// All are written under names that end in <c>.partial</c> and get their own once the log is whole, the truth last: half a set never looks like one,
/// and what stood there before stays until then.
/// </remarks>
public static class SimulationWriter
{
    const string LogFile = "exchanges.jsonl.gz";
    const string LabelFile = "truth-exchanges.jsonl.gz";
    const string Partial = ".partial";
    const int FlushBytes = 1 << 18;

    /// <summary>In the order in which they get their names: what a scan reads before what an evaluation needs beside it.</summary>
    static readonly IReadOnlyList<string> s_files = [LogFile, "organizations.jsonl", "apps.jsonl", "accounts.jsonl", "scenario.yaml", LabelFile, "truth.jsonl"];

    /// <summary>Lines between two calls of the progress callback.</summary>
    const int ProgressEvery = 2000;

    /// <param name="scenarioText">Kept as <c>scenario.yaml</c>.</param>
    /// <param name="progress">Told (exchanges done, exchanges planned) now and then and at the end.</param>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled; only <c>.partial</c> files are left.</exception>
    public static void Write(
        Simulation simulation, string scenarioText, string directory, Action<long, long>? progress = null, CancellationToken cancellationToken = default)
    {
        WriteRecords(simulation, scenarioText, directory, Partial);
        WriteLog(simulation, directory, progress, cancellationToken);
        foreach (var name in s_files)
        {
            File.Move(Path.Combine(directory, name + Partial), Path.Combine(directory, name), overwrite: true);
        }
    }

    static void WriteLog(Simulation simulation, string directory, Action<long, long>? progress, CancellationToken cancellationToken)
    {
        using var log = Compressed(Path.Combine(directory, LogFile + Partial));
        using var labels = Compressed(Path.Combine(directory, LabelFile + Partial));
        using var writer = new ExchangeWriter();
        var lines = new ArrayBufferWriter<byte>(2 * FlushBytes);
        var truths = new ArrayBufferWriter<byte>(FlushBytes);
        var done = 0L;
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            writer.Write(exchange, lines);
            WriteLabel(truths, exchange.Id, label);
            if (lines.WrittenCount >= FlushBytes)
            {
                Flush(lines, log);
                Flush(truths, labels);
            }

            if (++done % ProgressEvery == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                progress?.Invoke(done, simulation.PlannedExchanges);
            }
        }

        Flush(lines, log);
        Flush(truths, labels);
        progress?.Invoke(done, simulation.PlannedExchanges);
    }

    /// <summary>Everything but the log: for who sends the exchanges instead of logging them.</summary>
    /// <exception cref="IOException">The directory cannot be written.</exception>
    public static void WriteRecords(Simulation simulation, string scenarioText, string directory) => WriteRecords(simulation, scenarioText, directory, "");

    static void WriteRecords(Simulation simulation, string scenarioText, string directory, string suffix)
    {
        Directory.CreateDirectory(directory);
        File.WriteAllText(Path.Combine(directory, "scenario.yaml" + suffix), scenarioText);
        WriteLines(Path.Combine(directory, "accounts.jsonl" + suffix), simulation.Accounts, RecordsJson.Default.AccountRecord);
        WriteLines(Path.Combine(directory, "organizations.jsonl" + suffix), simulation.Organizations, RecordsJson.Default.OrganizationRecord);
        WriteLines(Path.Combine(directory, "apps.jsonl" + suffix), simulation.Apps, RecordsJson.Default.AppRecord);
        WriteLines(Path.Combine(directory, "truth.jsonl" + suffix), simulation.Truth, TruthJson.Default.AccountTruth);
    }

    static GZipStream Compressed(string path) => new(File.Create(path, 1 << 16), CompressionLevel.Fastest);

    static void Flush(ArrayBufferWriter<byte> buffer, Stream stream)
    {
        stream.Write(buffer.WrittenSpan);
        buffer.ResetWrittenCount();
    }

    static void WriteLines<T>(string path, IEnumerable<T> records, JsonTypeInfo<T> type)
    {
        using var stream = File.Create(path, 1 << 16);
        foreach (var record in records)
        {
            stream.Write(JsonSerializer.SerializeToUtf8Bytes(record, type));
            stream.WriteByte((byte)'\n');
        }
    }

    // Ids and labels hold nothing that needs escaping.
    static void WriteLabel(ArrayBufferWriter<byte> buffer, string id, ExchangeLabel label)
    {
        var name = label switch
        {
            ExchangeLabel.Harvest => "harvest"u8,
            ExchangeLabel.Resale => "resale"u8,
            ExchangeLabel.Cover => "cover"u8,
            _ => "benign"u8,
        };
        buffer.Write("{\"id\":\""u8);
        Encoding.UTF8.GetBytes(id.AsSpan(), buffer);
        buffer.Write("\",\"label\":\""u8);
        buffer.Write(name);
        buffer.Write("\"}\n"u8);
    }
}
