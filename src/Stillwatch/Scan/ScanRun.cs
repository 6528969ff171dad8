using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Findings;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Scan;

/// <summary>What a scan is made of; files not named are absent, and the evidence they would carry too.</summary>
sealed record ScanInputs
{
    /// <summary>Logs, directories of logs, <c>-</c> for standard input.</summary>
    public IReadOnlyList<string> Logs { get; init; } = [];

    /// <summary>A server's data directory, whose stored sketches are judged in place of logs.</summary>
    public DataDirectory? Data { get; init; }

    /// <summary>The last row of its exchange log to read: what a server's answer names, to get the report it was of.</summary>
    public long UntilRow { get; init; } = long.MaxValue;

    public string? Accounts { get; init; }

    public string? Organizations { get; init; }

    public string? Apps { get; init; }

    /// <summary>How many days from the first exchange on to read; later ones are left out and not counted.</summary>
    public double Days { get; init; } = double.PositiveInfinity;
}

/// <summary>A finished scan.</summary>
/// <param name="Notes">What the user should know of the input beside the report's counts, a sentence each.</param>
/// <param name="IsUntrustworthy">The input is too bad to trust the report (exit code 3).</param>
sealed record ScanOutcome(Report Report, ScanTotals Totals, IReadOnlyList<string> Notes, bool IsUntrustworthy);

/// <summary>The main job offline: read logs or stored sketches, judge, report.</summary>
static class ScanRun
{
    /// <summary>Left out of detection by this name, cues are not sketched either.</summary>
    public const string IntentCues = "intent-cues";

    static string TruncatedFile { get; } = RejectionTally.NameOf(RejectReason.TruncatedFile);

    /// <param name="judged">Is given the detector once it has judged the whole input.</param>
    /// <exception cref="StorageUnusableException">The data directory's exchange log cannot be read.</exception>
    /// <exception cref="LogUnreadableException">An input does not exist or cannot be opened.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static ScanOutcome Run(
        ScanInputs inputs, DetectorSettings settings, DetectionKey key, Action<ScanProgress>? progress = null, CancellationToken cancellationToken = default,
        Action<CampaignDetector>? judged = null)
    {
        var source = inputs.Data is null ? LogSource.Open(inputs.Logs) : new LogSource([], []);
        var accounts = inputs.Accounts is { } a ? RecordFile.ReadAccounts(a) : new RecordFile<AccountRecord>(StoredRecords.Accounts(inputs.Data), []);
        var organizations = inputs.Organizations is { } o ? RecordFile.ReadOrganizations(o) : new RecordFile<OrganizationRecord>([], []);
        var apps = inputs.Apps is { } p ? RecordFile.ReadApps(p) : new RecordFile<AppRecord>([], []);

        var (models, ids, register) = (new ModelNames(), new AccountIds(), new AppRegister(apps.Records));
        var detector = new CampaignDetector(settings, key, new AccountDirectory(key, accounts.Records), models, ids);
        foreach (var finding in inputs.Data is null ? [] : new FindingLog(inputs.Data.Root).Read())
        {
            detector.Learn(finding);
        }

        var endMs = double.PositiveInfinity;
        bool Add(in ExchangeSketch sketch)
        {
            endMs = double.IsInfinity(endMs) ? sketch.TimeMs + (inputs.Days * 86_400_000) : endMs;
            return sketch.TimeMs >= endMs || detector.Add(in sketch);
        }

        var totals = inputs.Data is { } data
            ? new StoredSketches(data, key, models, ids, apps.Records, inputs.UntilRow).Run(Add, progress, cancellationToken)
            : LogPipeline(key, models, ids, register, settings).Run(source.Files, Add, progress, cancellationToken);
        detector.Complete();
        judged?.Invoke(detector);

        var report = detector.Report([.. totals.Rejected, .. accounts.Rejected, .. organizations.Rejected, .. apps.Rejected]);
        var isBad = totals.IsUntrustworthy || accounts.IsUntrustworthy || organizations.IsUntrustworthy || apps.IsUntrustworthy;
        List<string> notes = [.. Notes(source, totals), .. Notes(inputs.Accounts, "account", accounts), .. Notes(inputs.Organizations, "organization", organizations), .. Notes(inputs.Apps, "app", apps)];
        return new ScanOutcome(report, totals, notes, isBad);
    }

    static ScanPipeline<ExchangeSketch> LogPipeline(
        DetectionKey key, ModelNames models, AccountIds ids, AppRegister register, DetectorSettings settings) => new(() =>
    {
        var sketcher = new Sketcher(key, models, ids, register, useCues: !settings.Ignored.Contains(IntentCues));
        return parsed =>
        {
            sketcher.Sketch(parsed, out var sketch);
            return sketch;
        };
    });

    static List<string> Notes(LogSource source, ScanTotals totals)
    {
        var notes = new List<string>();
        if (source.Skipped.Count > 0)
        {
            notes.Add($"not read, no exchange log by name: {string.Join(", ", source.Skipped)}");
        }

        foreach (var file in totals.Files.Where(file => file.Accepted == 0))
        {
            notes.Add(file.Lines == 0
                ? $"{file.Name} is empty"
                : source.Files.Count == 0
                ? $"{file.Name}: none of its {file.Lines:N0} sketches can be read"
                : $"{file.Name}: none of its {file.Lines:N0} lines is an exchange; an exchange log is JSON Lines with time, account, api, request.model and request.messages");
        }

        if (totals.HasTruncatedFile)
        {
            notes.AddRange(CutOff(totals.Rejected));
        }

        if (totals.Accepted > 0 && totals.BadRatio > ScanTotals.MaxBadRatio)
        {
            notes.Add($"{totals.Lines - totals.Accepted:N0} of {totals.Lines:N0} lines were skipped, more than {ScanTotals.MaxBadRatio:P0}: do not act on this report");
        }

        return notes;
    }

    // A record left out is an account judged as if nothing were known of it.
    static IEnumerable<string> Notes<T>(string? path, string kind, RecordFile<T> file)
    {
        if (!file.IsUntrustworthy)
        {
            return [];
        }

        var bad = file.Rejected.Where(rejection => rejection.Reason != RejectionTally.NameOf(RejectReason.DuplicateRecord) && rejection.Reason != TruncatedFile).ToList();
        var count = bad.Sum(rejection => rejection.Count);
        string[] lines = count == 0 ? [] :
        [
            $"{path}: {count:N0} of {count + file.Records.Count:N0} lines are no {kind} record ({bad[0].Reason}, first at line {bad[0].FirstLine}): do not act on this report; give a file of JSON Lines with {kind} in each",
        ];
        return [.. CutOff(file.Rejected), .. lines];
    }

    static IEnumerable<string> CutOff(IReadOnlyList<Rejection> rejected) => rejected.Where(rejection => rejection.Reason == TruncatedFile)
        .Select(rejection => $"{rejection.File} ends inside a compressed block: what stands before was used, what is missing cannot be known; copy the file again");
}
