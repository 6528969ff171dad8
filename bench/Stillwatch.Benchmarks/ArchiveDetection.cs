using System.Diagnostics;
using System.Text.Json;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Benchmarks;

/// <summary>What detection over an archive took, reading its sketches included and the accounts' records not.</summary>
/// <param name="PauseSeconds">For which the garbage collector held everything up; a part of the wall time. <paramref name="Collections2"/> were whole.</param>
/// <param name="LiveBytes">What the collector holds after a full collection at the end: tables, records and names.</param>
internal sealed record DetectionMeasures(
    long Exchanges, int Accounts, long Dropped, double WallSeconds, double CpuSeconds, double RecordsSeconds, double PauseSeconds, int Collections2,
    long LiveBytes, long PeakBytes);

/// <summary>One detector over the sketches of an archive, as a process of its own.</summary>
internal static class ArchiveDetection
{
    public static DetectionMeasures Run(SketchArchive archive, DetectorSettings settings, bool withRecords, string report)
    {
        var start = Stopwatch.GetTimestamp();
        var (models, ids) = (new ModelNames(), new AccountIds());
        archive.ReadNames(models, ids);
        var directory = new AccountDirectory(SketchArchive.Key, withRecords ? archive.Accounts() : []);
        var records = Stopwatch.GetElapsedTime(start).TotalSeconds;
        GC.Collect();
        var cpu = Environment.CpuUsage.TotalTime;
        start = Stopwatch.GetTimestamp();
        var detector = new CampaignDetector(settings, SketchArchive.Key, directory, models, ids);
        archive.ReadSketches((in ExchangeSketch sketch) => detector.Add(sketch));
        detector.Complete();
        var found = detector.Report([]);
        var wall = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        var (pause, whole) = (GC.GetTotalPauseDuration().TotalSeconds, GC.CollectionCount(2));
        using (var file = File.Create(report))
        {
            JsonSerializer.Serialize(file, found, ReportJson.Readable.Report); // hundreds of megabytes at full size: never whole in memory
        }

        GC.Collect();
        var live = GC.GetTotalMemory(forceFullCollection: true);
        GC.KeepAlive(detector);
        return new DetectionMeasures(found.Input.Exchanges, found.Input.Accounts, found.Input.Dropped, wall, used, records, pause, whole, live, MeasuredProcess.PeakOf(Environment.ProcessId));
    }
}
