using Stillwatch.Engine.Sketches;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>Why a replay was not begun, or not found.</summary>
enum ReplayFault
{
    None,

    /// <summary>Another one is running.</summary>
    Busy,

    /// <summary>The policy has faults, or the days are out of range.</summary>
    Invalid,

    Unknown,
}

sealed record ReplayAnswer(ReplayFault Fault, string? Message, ReplayJob? Job = null);

/// <summary>Runs replays on a server beside its traffic: one at a time, in bounded memory, to be watched and to be cancelled. Thread-safe.</summary>
/// <remarks>Reads the exchange log as any reader does, so traffic never waits for it; what it costs is a processor, and the memory named.</remarks>
sealed class ReplayDesk : IAsyncDisposable
{
    public const int MostDays = 3650;

    /// <summary>Of each of the two detectors: what a replay takes beside the running one is bounded by half a GiB.</summary>
    const long MemoryBytes = 256L << 20;

    readonly ReplaySource _source;
    readonly ReplayFolder _folder;
    readonly TimeProvider _time;
    readonly Lock _lock = new();
    readonly CancellationTokenSource _stopping = new();
    CancellationTokenSource? _cancel;
    Task _running = Task.CompletedTask;
    ReplayJob? _current;

    public ReplayDesk(ReplaySource source, ReplayFolder folder, TimeProvider time) => (_source, _folder, _time) = (source, folder, time);

    /// <summary>The one that runs, or ran last since the start; null before the first.</summary>
    public ReplayJob? Current => Volatile.Read(ref _current);

    /// <summary>Called with each step of the job, by whoever made it.</summary>
    public event Action<ReplayJob>? Changed;

    /// <param name="text">The edited policy. Files it names are looked for beside the policy in force.</param>
    public ReplayAnswer Start(string text, int days, string by)
    {
        if (days is < 1 or > MostDays)
        {
            return new ReplayAnswer(ReplayFault.Invalid, $"days {days}: must be 1 to {MostDays}.");
        }

        var read = _source.Read(text);
        if (read.Policy is not { } policy)
        {
            return new ReplayAnswer(ReplayFault.Invalid, string.Join(Environment.NewLine, read.Faults));
        }

        lock (_lock)
        {
            if (_current is { State: ReplayState.Running } running)
            {
                return new ReplayAnswer(ReplayFault.Busy, $"{running.Id} of {running.By} is running: wait for it, or cancel it.");
            }

            var now = _time.GetUtcNow();
            var job = new ReplayJob($"rpl_{Guid.CreateVersion7(now):n}", ReplayState.Running, by, now, null, days, policy.Hash, text, 0, 0, 0, null, null);
            _cancel?.Dispose();
            _cancel = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
            var token = _cancel.Token;
            Volatile.Write(ref _current, job);
            _running = Task.Run(() => RunAsync(policy, token), CancellationToken.None);
            return new ReplayAnswer(ReplayFault.None, null, job);
        }
    }

    /// <summary>Running, ended since the start, or kept from before.</summary>
    public ReplayJob? Find(string id) => Current is { } current && current.Id == id ? current : _folder.Find(id);

    /// <summary>The one that runs, and those that are kept, the newest first.</summary>
    public IReadOnlyList<ReplayJob> All()
    {
        var running = Current is { State: ReplayState.Running } current ? current : null;
        return [.. (running is null ? [] : (ReplayJob[])[running]).Concat(_folder.Ids().Select(_folder.Find).OfType<ReplayJob>())];
    }

    public ReplayAnswer Cancel(string id)
    {
        lock (_lock)
        {
            if (_current is not { State: ReplayState.Running } job || job.Id != id)
            {
                return new ReplayAnswer(ReplayFault.Unknown, $"No replay {id} is running.");
            }

            _cancel!.Cancel();
            return new ReplayAnswer(ReplayFault.None, null, job);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _cancel?.Dispose();
        _stopping.Dispose();
    }

    async Task RunAsync(AccessPolicy policy, CancellationToken cancellationToken)
    {
        try
        {
            var inputs = _source.Inputs(policy, Current!.Days, MemoryBytes);
            var total = new ExchangeLogReader(inputs.Data.ExchangesPath, inputs.Key.Id).Count();
            Step(job => job with { Total = total });
            var report = await PolicyReplay.RunAsync(
                inputs, ReplayParts.Own, progress => Step(job => job with { SketchesRead = progress.Lines }), (read, _) => Step(job => job with { ExchangesRead = read }), cancellationToken);
            End(job => job with { State = ReplayState.Done, Report = report });
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End(job => job with { State = ReplayState.Cancelled, Says = "Cancelled before its end; nothing of it counts." });
        }
#pragma warning disable CA1031 // whatever a replay stumbles over, it is told to whoever asked for it, and the server goes on
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(job => job with { State = ReplayState.Failed, Says = e.Message });
        }
    }

    void End(Func<ReplayJob, ReplayJob> end)
    {
        var ended = end(Current!) with { Ended = _time.GetUtcNow() };
        try
        {
            _folder.Keep(ended);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ended = ended with { Says = $"{ended.Says} It could not be kept ({e.Message}) and is gone with the process.".TrimStart() };
        }

        Step(_ => ended);
    }

    void Step(Func<ReplayJob, ReplayJob> change)
    {
        ReplayJob changed;
        lock (_lock)
        {
            changed = change(_current!);
            Volatile.Write(ref _current, changed);
        }

        Changed?.Invoke(changed);
    }
}

/// <summary>What a server's replay reads.</summary>
/// <param name="Policy">The policy in force.</param>
/// <param name="Read">Reads an edited one.</param>
sealed record ReplaySource(
    DataDirectory Data, DetectionKey Key, AccountStore Accounts, IReadOnlyList<Engine.Exchanges.AppRecord> Apps, Func<AccessPolicy> Policy, Func<string, PolicyReading> Read)
{
    public ReplayInputs Inputs(AccessPolicy edited, int days, long memoryBytes) => new()
    {
        Data = Data,
        Key = Key,
        Days = days,
        Before = new NamedPolicy("the policy in force", Policy()),
        After = new NamedPolicy("the edited policy", edited),
        Accounts = [.. Accounts.All(RecordKinds.Account)],
        Organizations = [.. Accounts.All(RecordKinds.Organization)],
        Apps = Apps,
        MemoryBytes = memoryBytes,
    };
}
