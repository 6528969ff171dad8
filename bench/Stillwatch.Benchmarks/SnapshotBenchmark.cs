using System.Diagnostics;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Benchmarks;

/// <summary>What a running gateway pays for its state: a snapshot written, read back, and a question, on synthetic sketches.</summary>
/// <remarks>CPU seconds beside the wall's: the wall holds the disk, and on a busy machine everybody else.</remarks>
static class SnapshotBenchmark
{
    const long Start = 1_800_000_000_000;
    const int OpenMs = 600_000;

    public static void Run(int exchanges, int accounts, long memoryBytes, TextWriter output)
    {
        var key = DetectionKey.FromText("bench snapshot");
        var settings = new DetectorSettings { MemoryBytes = memoryBytes };
        CampaignDetector Make() => new(settings, key, AccountDirectory.Empty(key), new ModelNames(), new AccountIds());
        var directory = Directory.CreateTempSubdirectory("stillwatch-bench-").FullName;
        try
        {
            var detector = Make();
            var step = Math.Max(1, 30L * 86_400_000 / exchanges);
            var (cpu, wall) = Measured(() =>
            {
                for (var i = 0; i < exchanges; i++)
                {
                    detector.Add(Sketch(i, accounts, step));
                }
            });
            output.WriteLine($"{exchanges:N0} exchanges of {accounts:N0} accounts taken in, judgements and all: {cpu:N1} s CPU, {wall:N1} s; heap {Heap():N2} GB");

            var (folder, bytes, allocated) = (new SnapshotFolder(directory), 0L, GC.GetTotalAllocatedBytes(precise: true));
            (cpu, wall) = Measured(() => bytes = folder.Write(
                new SnapshotHeader
                {
                    State = CampaignDetector.SnapshotVersion, KeyId = key.Id, MemoryBytes = memoryBytes, AppsHash = "", PolicyHash = "", LogRow = exchanges,
                    LogExchange = null, Exchanges = exchanges, Findings = 0, Rejected = [],
                },
                detector.Save));
            allocated = GC.GetTotalAllocatedBytes(precise: true) - allocated;
            var gb = bytes / 1e9;
            output.WriteLine($"snapshot written: {gb:N2} GB in {cpu:N1} s CPU, {wall:N1} s; {wall / gb:N1} s a GB is the pause; {allocated / 1e6:N0} MB allocated meanwhile");

            var restored = Make();
            (cpu, wall) = Measured(() =>
            {
                using var state = folder.Newest().First().OpenState();
                restored.Restore(state);
            });
            output.WriteLine($"snapshot checked and read: {cpu:N1} s CPU, {wall:N1} s; {wall / gb:N1} s a GB");

            var report = "";
            for (var i = 0; i < 2; i++)
            {
                allocated = GC.GetTotalAllocatedBytes(precise: true);
                (cpu, wall) = Measured(() => report = detector.Preview([]).Input.Exchanges.ToString("N0"));
                output.WriteLine($"question over {report} exchanges, {OpenMs / step:N0} or so in open epochs: {cpu:N1} s CPU, {wall:N1} s; {(GC.GetTotalAllocatedBytes(precise: true) - allocated) / 1e6:N0} MB allocated; heap {Heap():N2} GB");
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    static double Heap() => GC.GetTotalMemory(forceFullCollection: true) / 1e9;

    static (double CpuSeconds, double WallSeconds) Measured(Action work)
    {
        var (cpu, watch) = (Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
        work();
        return ((Environment.CpuUsage.TotalTime - cpu).TotalSeconds, watch.Elapsed.TotalSeconds);
    }

    // Mostly keys of an account's own, one in eight shared with some others: what fills trait tables.
    static ExchangeSketch Sketch(int i, int accounts, long stepMs)
    {
        var account = Mix((ulong)i * 2_654_435_761) % (ulong)accounts;
        var sketch = new ExchangeSketch
        {
            TimeMs = Start + (i * stepMs), Account = Mix(account + 1), Order = Mix((ulong)i + 7), Item = Mix((ulong)i), Task = Mix((ulong)i / 3), OutputTokens = 300,
            NewUserTokens = 120, Network = Mix(account / 3), Tls = Mix(account % 40), KeyCount = 16,
        };
        for (var k = 0; k < sketch.KeyCount; k++)
        {
            sketch.Keys[k] = k % 8 == 0 ? Mix((Mix((ulong)(i + k)) % ((ulong)accounts * 8)) + 99) : Mix(((ulong)i << 6) + (ulong)k);
        }

        return sketch;
    }

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014).</summary>
    static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
