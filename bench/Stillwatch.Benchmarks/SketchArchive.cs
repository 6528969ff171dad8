using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Simulator;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Benchmarks;

internal delegate void SketchTaker(in ExchangeSketch sketch);

/// <summary>A simulated population in a directory: its sketches, records, names, and what every exchange truly was; texts are gone.</summary>
/// <remarks>
/// Sketching and detection run in processes of their own on it, so that the peak of each is its own and several memory budgets meet the same
/// sketches. Files: <c>sketches</c> (two bytes of length, then <see cref="SketchCodec"/>), <c>labels</c> (13 bytes an exchange), <c>names</c>,
/// <c>accounts.jsonl</c>, <c>truth.jsonl</c>.
/// </remarks>
internal sealed class SketchArchive(string directory)
{
    const int BufferBytes = 1 << 20;
    const int Batch = 4_096;
    const int Waiting = 4; // batches

    public string In(string name) => Path.Combine(directory, name);

    public static DetectionKey Key => DetectionKey.FromText("simulated run");

    public void WriteRecords(Simulation simulation)
    {
        Directory.CreateDirectory(directory);
        Lines("accounts.jsonl", simulation.Accounts, RecordsJson.Default.AccountRecord);
        Lines("truth.jsonl", simulation.Truth, TruthJson.Default.AccountTruth);
    }

    public List<AccountRecord> Accounts() => [.. RecordFile.ReadAccounts(In("accounts.jsonl")).Records];

    public List<AccountTruth> Truth() => [.. File.ReadLines(In("truth.jsonl")).Select(line => JsonSerializer.Deserialize(line, TruthJson.Default.AccountTruth)!)];

    /// <summary>Models and ids by the numbers and names the sketches use.</summary>
    public void WriteNames(ModelNames models, AccountIds ids)
    {
        using var writer = new BinaryWriter(File.Create(In("names")));
        models.Write(writer);
        ids.Write(writer);
    }

    public void ReadNames(ModelNames models, AccountIds ids)
    {
        using var reader = new BinaryReader(File.OpenRead(In("names")));
        models.Read(reader);
        ids.Read(reader);
    }

    public Stream CreateSketches() => new FileStream(In("sketches"), FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);

    public Stream CreateLabels() => new FileStream(In("labels"), FileMode.Create, FileAccess.Write, FileShare.None, BufferBytes);

    public static void Write(Stream to, in ExchangeSketch sketch)
    {
        Span<byte> bytes = stackalloc byte[2 + SketchCodec.MaxBytes];
        var length = SketchCodec.Encode(sketch, bytes[2..]);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)length);
        to.Write(bytes[..(2 + length)]);
    }

    public static void Write(Stream to, int account, long timeMs, ExchangeLabel label)
    {
        Span<byte> row = stackalloc byte[13];
        BinaryPrimitives.WriteInt32LittleEndian(row, account);
        BinaryPrimitives.WriteInt64LittleEndian(row[4..], timeMs);
        row[12] = (byte)label;
        to.Write(row);
    }

    /// <summary>All sketches in the order they were made, decoded by a thread of its own while <paramref name="take"/> works.</summary>
    /// <exception cref="InvalidDataException">The file is cut off or of another version.</exception>
    public long ReadSketches(SketchTaker take)
    {
        using var full = new BlockingCollection<(ExchangeSketch[] Sketches, int Count)>(Waiting);
        var empty = new ConcurrentBag<ExchangeSketch[]>();
        var reading = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    var (batch, at) = (new ExchangeSketch[Batch], 0);
                    var count = Decode((in ExchangeSketch sketch) =>
                    {
                        batch[at++] = sketch;
                        if (at == Batch)
                        {
                            full.Add((batch, at));
                            (batch, at) = (empty.TryTake(out var used) ? used : new ExchangeSketch[Batch], 0);
                        }
                    });
                    full.Add((batch, at));
                    return count;
                }
                finally
                {
                    full.CompleteAdding();
                }
            },
            TaskCreationOptions.LongRunning);
        foreach (var (sketches, count) in full.GetConsumingEnumerable())
        {
            for (var i = 0; i < count; i++)
            {
                take(in sketches[i]);
            }

            empty.Add(sketches);
        }

        return reading.GetAwaiter().GetResult();
    }

    long Decode(SketchTaker take)
    {
        using var file = new FileStream(In("sketches"), FileMode.Open, FileAccess.Read, FileShare.Read, 1);
        var buffer = new byte[BufferBytes];
        var (at, end, count) = (0, 0, 0L);
        while (true)
        {
            if (end - at < 2 + SketchCodec.MaxBytes)
            {
                buffer.AsSpan(at, end - at).CopyTo(buffer);
                (at, end) = (0, end - at);
                end += file.ReadAtLeast(buffer.AsSpan(end), Math.Min(buffer.Length - end, 4 * SketchCodec.MaxBytes), throwOnEndOfStream: false);
                if (at == end)
                {
                    return count;
                }
            }

            var length = BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at));
            if (length > end - at - 2 || !SketchCodec.TryDecode(buffer.AsSpan(at + 2, length), out var sketch))
            {
                throw new InvalidDataException($"{In("sketches")} is damaged at sketch {count}: make it again.");
            }

            at += 2 + length;
            count++;
            take(in sketch);
        }
    }

    /// <summary>What each exchange was; the account as its place in <see cref="Truth"/>.</summary>
    public IEnumerable<(int Account, long TimeMs, ExchangeLabel Label)> Labels()
    {
        using var file = new FileStream(In("labels"), FileMode.Open, FileAccess.Read, FileShare.Read, BufferBytes);
        var row = new byte[13];
        while (file.ReadAtLeast(row, row.Length, throwOnEndOfStream: false) == row.Length)
        {
            yield return (BinaryPrimitives.ReadInt32LittleEndian(row), BinaryPrimitives.ReadInt64LittleEndian(row.AsSpan(4)), (ExchangeLabel)row[12]);
        }
    }

    void Lines<T>(string name, IEnumerable<T> records, JsonTypeInfo<T> type)
        => File.WriteAllLines(In(name), records.Select(record => JsonSerializer.Serialize(record, type)));
}
