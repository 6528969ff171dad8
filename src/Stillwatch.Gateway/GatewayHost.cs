using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Development;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway;

/// <summary>A running gateway: both listeners, the data directory, and everything between. Starts whole or not at all.</summary>
sealed class GatewayHost : IAsyncDisposable
{
    /// <summary>Bodies held in memory at once, over all requests.</summary>
    const long MaxBodyBytes = 1L << 30;

    const string DevelopmentAccount = "acct_development";

    readonly Stack<Func<ValueTask>> _closing = [];

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

    public GatewayParts Parts { get; private set; } = null!;

    /// <exception cref="StorageUnusableException">The data directory cannot be used; the message says why and what to do.</exception>
    /// <exception cref="IOException">An address cannot be listened on.</exception>
    public static async Task<GatewayHost> StartAsync(GatewayConfig config, ServeOptions options, CancellationToken cancellationToken = default)
    {
        var host = new GatewayHost();
        try
        {
            await host.OpenAsync(config, options, cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    async Task OpenAsync(GatewayConfig config, ServeOptions options, CancellationToken cancellationToken)
    {
        var logs = options.Logs ?? NullLoggerFactory.Instance;
        var eventTime = options.EventTime ?? options.Time;
        var directory = Closing(DataDirectory.Lock(config.DataDirectory));
        Keys = Closing(KeyIssuer.Open(directory, options.Time));
        config = await WithDevelopmentUpstreamAsync(config, options, cancellationToken);

        var key = new DetectionKey(directory.DetectionKey());
        var records = OperatorRecords.Read(config);
        var (models, ids, apps) = (new ModelNames(), new AccountIds(), new AppRegister(records.Apps));
        var accounts = new AccountDirectory(key, records.Accounts);
        var log = Closing(ExchangeLog.Open(directory.ExchangesPath, key.Id));
        Engine = new LiveEngine(
            () => new CampaignDetector(new DetectorSettings(), key, accounts, models, ids),
            StoredForm.Replay(log.Reader, models, ids, cancellationToken), options.Time, logs.CreateLogger("Stillwatch.Gateway.Engine"));
        _closing.Push(Engine.DisposeAsync);
        var content = config.LogContent ? Closing(new ContentLog(directory.ContentPath)) : null;
        var recorder = new ExchangeRecorder(log, content, Engine, logs.CreateLogger("Stillwatch.Gateway.Recording"));
        _closing.Push(recorder.DisposeAsync);
        Parts = new GatewayParts
        {
            State = new GatewayState(config, options.Time),
            Time = options.Time,
            EventTime = eventTime,
            Keys = Keys.Ring,
            Desks = new SketchDesks(() => new Sketcher(key, models, ids, apps)),
            Recorder = recorder,
            Tokens = new TokenCounter(),
            Buffers = new BufferBudget(MaxBodyBytes),
            Owners = Closing(OwnershipStore.Open(directory.OwnershipPath)),
            Log = new ForwardingLog(logs.CreateLogger("Stillwatch.Gateway.Forwarding")),
        };
        DataAddress = await StartAsync(Listeners.Data(config, new DataPlane(Parts).HandleAsync, logs), cancellationToken);
        if (options.IsDevelopment)
        {
            DevelopmentKey = Keys.Create(new KeyRequest(DevelopmentAccount)).Text;
        }
    }

    async Task<Uri> StartAsync(WebApplication server, CancellationToken cancellationToken)
    {
        _closing.Push(server.DisposeAsync);
        await server.StartAsync(cancellationToken);
        _closing.Push(() => new ValueTask(server.StopAsync(CancellationToken.None)));
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

    /// <summary>Stops taking requests, lets those that run end for a while, and puts everything on disk.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_closing.TryPop(out var close))
        {
            await close();
        }
    }
}
