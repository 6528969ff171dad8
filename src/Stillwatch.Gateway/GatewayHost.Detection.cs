using Microsoft.Extensions.Logging;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway;

// Detection: from the newest snapshot and the rest of the exchange log to where it was when the server stopped, however it stopped.
sealed partial class GatewayHost
{
    /// <summary>Names that sketches hold as numbers, shared by whoever makes sketches and whoever judges them.</summary>
    sealed record DetectionTables(ModelNames Models, AccountIds Ids, IReadOnlyList<AppRecord> Apps);

    LiveEngine LiveDetectionOf(
        GatewayConfig config, ServeOptions options, DataDirectory directory, DetectionKey key, DetectionTables tables, AccessPolicy policy, GatewayMetrics metrics,
        CancellationToken cancellationToken)
    {
        var settings = new DetectorSettings { Policy = policy.Ladder, MemoryBytes = config.Detection.MemoryBytes, Learned = Learned(directory) };
        CampaignDetector Make() => new(settings, key, new AccountDirectory(key, _accounts.Store.All(RecordKinds.Account)), tables.Models, tables.Ids);

        var snapshots = config.Detection.SnapshotEvery == 0 ? null : new LiveSnapshots(
            new SnapshotFolder(directory.Root), new SnapshotTerms(key.Id, settings.MemoryBytes, OperatorRecords.AppsHash(config)), Log.Reader,
            () => _findings.Read().Count, config.Detection.SnapshotEvery, options.Time, options.Logs.CreateLogger<LiveSnapshots>());
        metrics.ObserveSnapshots(() => snapshots?.Outcomes.ToDictionary() ?? Enumerable.Empty<KeyValuePair<string, long>>());
        return new LiveEngine(
            snapshots?.Open(Make) ?? new LiveDetection(Make()),
            row => StoredForm.Replay(Log.Reader, new SketchRestorer(tables.Models, tables.Ids, tables.Apps), row, cancellationToken),
            options.Time, options.Logs.CreateLogger<LiveEngine>(), snapshots, options.RestPerReport);
    }

    /// <exception cref="StorageUnusableException">There is a calibration and it cannot be used: what another engine learned is learned anew, never guessed at.</exception>
    static LearnedCalibration? Learned(DataDirectory directory)
    {
        if (directory.LearnedCalibrationPath is not { } path)
        {
            return null;
        }

        try
        {
            var (learned, fault) = LearnedCalibration.Parse(File.ReadAllBytes(path));
            return fault is null ? learned : throw new StorageUnusableException($"{path} {fault} Or remove it to start without.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnusableException($"{path} cannot be read: {e.Message} Remove it to start without.", e);
        }
    }
}
