using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Development;
using Stillwatch.Gateway.Enforcement.Withholding;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway;

/// <summary>A running gateway: both listeners, the data directory, and everything between. Starts whole or not at all.</summary>
/// <remarks>Parts are opened from the disk outwards and closed in the opposite order: first no more requests, then what they left is written.</remarks>
sealed partial class GatewayHost : IAsyncDisposable
{
    /// <summary>Bodies held in memory at once, over all requests.</summary>
    const long MaxBodyBytes = 1L << 30;

    const string DevelopmentAccount = "acct_development";
    static readonly TimeSpan TimeForLastWords = TimeSpan.FromSeconds(2);
    static readonly TimeSpan RetentionPeriod = TimeSpan.FromHours(1);

    readonly Stack<Func<ValueTask>> _closing = [];
    readonly CancellationTokenSource _stopping = new();
    TimeSpan _grace;

    GatewayHost()
    {
    }

    public Uri DataAddress { get; private set; } = null!;

    public Uri AdminAddress { get; private set; } = null!;

    /// <summary>A key for this run, in development mode only.</summary>
    public string? DevelopmentKey { get; private set; }

    /// <summary>The built-in upstream, when the configuration names it.</summary>
    public DevelopmentUpstream? Development { get; private set; }

    public KeyIssuer Keys { get; private set; } = null!;

    /// <summary>Detection, fed with every exchange.</summary>
    public LiveEngine Engine { get; private set; } = null!;

    public ExchangeLog Log { get; private set; } = null!;

    public GatewayParts Parts { get; private set; } = null!;

    public DataDirectory Directory { get; private set; } = null!;

    /// <summary>What whoever started the server should be told, and nobody else; null for nothing.</summary>
    public string? Invitation { get; private set; }

    /// <param name="watcher">Brings later configurations; null when there is no file.</param>
    /// <exception cref="StorageUnusableException">The data directory cannot be used; the message says why and what to do.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<GatewayHost> StartAsync(
        GatewayConfig config, ServeOptions options, ConfigWatcher? watcher = null, CancellationToken cancellationToken = default)
    {
        var host = new GatewayHost();
        try
        {
            await host.OpenAsync(config, options, watcher, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    async Task OpenAsync(GatewayConfig config, ServeOptions options, ConfigWatcher? watcher, CancellationToken cancellationToken)
    {
        _grace = options.Grace;
        var directory = Directory = Closing(DataDirectory.Lock(config.DataDirectory));
        Keys = Closing(KeyIssuer.Open(directory, options.Time));
        config = await WithDevelopmentUpstreamAsync(config, options, cancellationToken);
        var metrics = Closing(new GatewayMetrics());
        OpenRecords(config, options, directory);
        OpenDetection(config, options, directory, metrics, cancellationToken);
        FollowChanges(options);
        OpenDesk(config, options, directory);
        if (watcher is not null)
        {
            watcher.Changing += next => Parts.State = new GatewayState(next, options.Time, Parts.State);
        }

        metrics.ObserveQueue(() => Parts.Recorder.Counts.Waiting);
        metrics.ObserveCircuits(() => Circuits(Parts.State));
        metrics.ObserveConfig(() => watcher?.Status.IsCurrent ?? true);
        ObserveAccess(metrics);
        if (options.IsDevelopment)
        {
            var key = Keys.Create(new KeyRequest(DevelopmentAccount));
            DevelopmentKey = key.Text;
            Closing(new Revocation(() => Keys.Revoke(key.Key.Id)));
        }

        var pages = options.Pages?.Invoke(this);
        if (pages is not null)
        {
            Closing(pages.Owned);
        }

        AdminAddress = await StartAsync(AdminListener(config, options, directory, metrics, watcher, pages), config.Admin, "--admin", cancellationToken);
        directory.AdminAddress = AdminAddress;
        Invitation = pages?.Invitation(AdminAddress);
        DataAddress = await StartAsync(Listeners.Data(config, new DataPlane(Parts).HandleAsync, options.Logs), config.Listen, "--listen", cancellationToken);
        foreach (var warning in directory.Warnings)
        {
            LogDirectoryWarning(options.Logs.CreateLogger<GatewayHost>(), warning);
        }
    }

    void OpenDetection(GatewayConfig config, ServeOptions options, DataDirectory directory, GatewayMetrics metrics, CancellationToken cancellationToken)
    {
        var key = new DetectionKey(directory.DetectionKey());
        var stated = OperatorRecords.ReadApps(config);
        var (models, ids, apps) = (new ModelNames(), new AccountIds(), new AppRegister(stated));
        var policy = options.PolicyFile?.Current ?? options.Policy ?? PolicyReader.Default;
        OpenAccess(options, directory, key);
        Log = Closing(ExchangeLog.Open(directory.ExchangesPath, key.Id));
        Engine = LiveDetectionOf(config, options, directory, key, new DetectionTables(models, ids, stated), policy, metrics, cancellationToken);
        metrics.ObserveDrift(() => Engine.Drift);
        _closing.Push(Engine.DisposeAsync);
        var content = config.LogContent ? Closing(new ContentLog(directory.ContentPath)) : null;
        var recorder = new ExchangeRecorder(Log, content, Engine, stated, metrics, options.Logs.CreateLogger<ExchangeRecorder>());
        _closing.Push(recorder.DisposeAsync);
        var levels = new LevelGate();
        var reasoning = new ReasoningVault(directory.Pepper(), previous: default, options.Time);
        var access = new AccessDesk(_accounts.Standings, _regions, levels);
        Parts = new GatewayParts
        {
            State = new GatewayState(config, options.Time),
            Policy = Enforceable(policy),
            Access = access,
            Admission = new Admission(levels, _limiter, _displacement, reasoning, EventTimeOf(options)),
            Ladder = Closing(new Ladder(
                _cases, () => Parts?.Policy.Policy ?? policy, account => _accounts.Standings.Of(account, null).Level, options.Logs.CreateLogger<Ladder>())),
            Standing = StandingPage(access, options),
            Webhook = Webhook(options),
            Time = options.Time,
            EventTime = EventTimeOf(options),
            Keys = Keys.Ring,
            Desks = new SketchDesks(() => new Sketcher(key, models, ids, apps)),
            Recorder = recorder,
            Content = content,
            Tokens = new TokenCounter(),
            Buffers = new BufferBudget(MaxBodyBytes),
            Events = new DataPlaneEvents(options.Logs.CreateLogger<DataPlane>(), metrics),
            Stopping = _stopping.Token,
            Reasoning = reasoning,
            Owners = Closing(OwnershipStore.Open(directory.OwnershipPath)),
        };
        Closing(options.Time.CreateTimer(_ => DeleteOld(), null, RetentionPeriod, RetentionPeriod));
    }

    WebApplication AdminListener(GatewayConfig config, ServeOptions options, DataDirectory directory, GatewayMetrics metrics, ConfigWatcher? watcher, AdminPages? pages)
    {
        var token = directory.AdminToken(); // made in any case: commands that name the directory send it, and an open listener does not mind
        var api = new AdminApi(new AdminParts
        {
            Token = config.AdminIsOpen ? null : token,
            Keys = Keys,
            Audit = Desk.Audit,
            Time = options.Time,
            Held = ShownAsync,
            Changes = Engine.Changes,
            Exchanges = Log.Reader,
            Counts = () => CountsOf(Parts.Recorder.Counts),
            Readiness = () => new Readiness(
                true, [.. ReasonsOf("configuration", watcher?.Status), .. ReasonsOf("policy", options.PolicyFile?.Status)], watcher?.Status, options.PolicyFile?.Status),
            IsRecordedAccount = _accounts.Standings.HasAccount,
        });
        var admin = Listeners.Admin(config, services =>
        {
            services.AddStillwatchTelemetry(metrics.Meter, Environment.GetEnvironmentVariable);
            pages?.AddServices(services);
        }, options.Logs);
        pages?.Map(admin);
        admin.MapStillwatchMetrics();
        api.Map(admin);
        MapAccess(api, admin, options);
        return admin;
    }

    static ExchangeCounts CountsOf(RecordingCounts counts) => new(counts.Received, counts.Kept, counts.Dropped, counts.Waiting, counts.Undetected, counts.Refused);

    static IEnumerable<string> ReasonsOf(string file, ConfigStatus? status) =>
        status is { IsCurrent: false } ? status.Faults.Select(fault => $"the {file} file was refused, the last good one runs on: {fault}") : [];

    static IEnumerable<CircuitReading> Circuits(GatewayState state) => state.Upstreams.SelectMany(upstream => upstream.Replicas.Select((replica, i) =>
        new CircuitReading(upstream.Config.Name, i, replica.IsOpen ? CircuitReadingState.Open : CircuitReadingState.Closed)));

    void DeleteOld()
    {
        try
        {
            var before = Parts.EventTime.GetUtcNow() - TimeSpan.FromDays(Parts.State.Config.RetentionDays);
            Log.DeleteOlderThan(before.ToUnixTimeMilliseconds(), CancellationToken.None);
            RemoveOldAudits();
        }
        catch (IOException)
        {
            // the next hour tries again; the writer reports a disk that refuses
        }
    }

    async Task<Uri> StartAsync(WebApplication server, Uri address, string option, CancellationToken cancellationToken)
    {
        _closing.Push(server.DisposeAsync);
        try
        {
            await server.StartAsync(cancellationToken);
        }
        catch (IOException e)
        {
            throw new IOException($"{address} cannot be listened on: {e.Message} Name another address with {option}.", e);
        }

        _closing.Push(async () =>
        {
            using var lastWords = new CancellationTokenSource(_grace, TimeProvider.System);
            await using var stop = lastWords.Token.UnsafeRegister(static stopping => ((CancellationTokenSource)stopping!).Cancel(), _stopping);
            using var grace = new CancellationTokenSource(_grace + TimeForLastWords, TimeProvider.System);
            await server.StopAsync(grace.Token);
        });
        return Listeners.AddressOf(server);
    }

    async Task<GatewayConfig> WithDevelopmentUpstreamAsync(GatewayConfig config, ServeOptions options, CancellationToken cancellationToken)
    {
        if (config.Upstreams.All(upstream => upstream.Name != ConfigReader.DevelopmentUpstream))
        {
            return config;
        }

        Development = await DevelopmentUpstream.StartAsync(options.KeepReceived, options.Time, cancellationToken);
        _closing.Push(Development.DisposeAsync);
        return config with
        {
            Upstreams = [.. config.Upstreams.Select(upstream => upstream.Name == ConfigReader.DevelopmentUpstream
                ? upstream with { Replicas = [upstream.Http2 ? Development.Http2Address : Development.Address] }
                : upstream)],
        };
    }

    T Closing<T>(T part) where T : IDisposable
    {
        _closing.Push(() =>
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        });
        return part;
    }

    sealed class Revocation(Action revoke) : IDisposable
    {
        public void Dispose() => revoke();
    }

    /// <summary>Stops taking requests, lets those that run end for a while, and puts everything on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_closing.TryPop(out var close))
        {
            await close();
        }

        _stopping.Dispose();
    }

    [LoggerMessage(1500, LogLevel.Warning, "{Warning}")]
    static partial void LogDirectoryWarning(ILogger log, string warning);
}
