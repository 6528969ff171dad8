using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Telemetry;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Recording;

/// <summary>Takes settled exchanges off the request path: a bounded queue, one writer, then storage and the live engine in the same order.</summary>
/// <remarks>
/// Never blocks and never throws into a request. Full queue: the exchange is dropped and counted. A disk that refuses costs the batch,
/// counted; serving goes on. received = kept + dropped(reason) + waiting, always.
/// </remarks>
sealed partial class ExchangeRecorder : IAsyncDisposable
{
    /// <summary>Some seconds of a busy gateway; about 1 KiB each.</summary>
    public const int QueueLength = 65_536;

    const int BatchLength = 1_000;

    /// <summary>How long exchanges are gathered for one transaction: a transaction costs as much as dozens of rows. What a killed process may lose.</summary>
    static readonly TimeSpan GatherTime = TimeSpan.FromMilliseconds(100);

    static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    readonly Channel<SettledExchange> _queue;
    readonly ExchangeLog _log;
    readonly ContentLog? _content;
    readonly LiveEngine _engine;
    readonly IReadOnlyList<AppRecord> _apps;
    readonly GatewayMetrics _metrics;
    readonly ILogger _logger;
    readonly Task _writing;
    readonly CancellationTokenSource _stop;
    readonly SemaphoreSlim _hurry = new(0); // released when what was gathered must be written at once
    readonly ReasonTally _dropped = new();
    readonly ReasonTally _refused = new();
    readonly Lock _counting = new(); // guards the three counts together, so that their sum always holds
    long _received;
    long _kept;
    long _waiting;

    public ExchangeRecorder(ExchangeLog log, ContentLog? content, LiveEngine engine, IReadOnlyList<AppRecord> apps, GatewayMetrics metrics, ILogger logger, int queueLength = QueueLength)
    {
        (_log, _content, _engine, _apps, _metrics, _logger) = (log, content, engine, apps, metrics, logger);
        _queue = Channel.CreateBounded<SettledExchange>(new BoundedChannelOptions(queueLength) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        _stop = new CancellationTokenSource();
        _writing = Task.Run(WriteAsync);
    }

    public RecordingCounts Counts
    {
        get
        {
            lock (_counting)
            {
                return new RecordingCounts(_received, _kept, _waiting, _dropped.ToDictionary(), _engine.Undetected.ToDictionary(), _refused.ToDictionary());
            }
        }
    }

    /// <summary>Hands over one exchange; false when it was dropped.</summary>
    public bool Record(SettledExchange exchange)
    {
        _metrics.ExchangeReceived();
        lock (_counting)
        {
            _received++;
            if (_queue.Writer.TryWrite(exchange))
            {
                _waiting++;
                return true;
            }

            _content?.Release(exchange.ContentLine);
            Drop(_stop.IsCancellationRequested ? "stopped" : "queue_full", 1);
            return false;
        }
    }

    /// <summary>Counts a request that was refused before it became an exchange.</summary>
    public void CountRefused(string code) => _refused.Add(code);

    /// <summary>Waits until everything handed over so far is kept or dropped.</summary>
    public async Task FlushAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            lock (_counting)
            {
                if (_waiting == 0)
                {
                    break;
                }
            }

            Hurry();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>Writes what waits, for at most <see cref="DrainTime"/>; what is left then is counted as dropped.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _queue.Writer.TryComplete();
        Hurry();
        await Task.WhenAny(_writing, Task.Delay(DrainTime, TimeProvider.System));
        lock (_counting)
        {
            if (_waiting > 0)
            {
                Drop("stopped", _waiting);
                LogLost(_waiting);
                _waiting = 0;
            }
        }

        foreach (var (reason, count) in _content?.Omitted.ToDictionary() ?? new Dictionary<string, long>())
        {
            LogContentOmitted(reason, count);
        }

        _stop.Dispose();
    }

    async Task WriteAsync()
    {
        var batch = new List<SettledExchange>(BatchLength);
        while (await _queue.Reader.WaitToReadAsync())
        {
            Gather(batch); // makes room in the queue before the wait
            if (batch.Count < BatchLength && !_stop.IsCancellationRequested)
            {
                await _hurry.WaitAsync(GatherTime);
                Gather(batch);
            }

            Keep(batch);
            batch.Clear();
        }
    }

    void Gather(List<SettledExchange> batch)
    {
        while (batch.Count < BatchLength && _queue.Reader.TryRead(out var exchange))
        {
            batch.Add(exchange);
        }
    }

    void Hurry()
    {
        if (_hurry.CurrentCount == 0)
        {
            _hurry.Release();
        }
    }

    void Keep(List<SettledExchange> batch)
    {
        long row;
        try
        {
            row = _log.Append([.. batch.Select(exchange => StoredForm.Of(exchange, _apps))]);
            _content?.Append(batch);
        }
#pragma warning disable CA1031 // whatever storage may do wrong, the next batch has its chance
        catch (Exception e)
#pragma warning restore CA1031
        {
            LogStorageFailed(batch.Count, e);
            lock (_counting)
            {
                _waiting -= batch.Count;
                Drop("storage_failed", batch.Count);
            }

            return;
        }
        finally
        {
            batch.ForEach(exchange => _content?.Release(exchange.ContentLine));
        }

        row -= batch.Count;
        foreach (var exchange in batch)
        {
            _engine.Add(++row, exchange.Sketch);
        }

        lock (_counting)
        {
            _waiting -= batch.Count;
            _kept += batch.Count;
        }

        _metrics.ExchangesKept(batch.Count);
    }

    void Drop(string reason, long count)
    {
        _dropped.Add(reason, count);
        _metrics.ExchangeDropped(reason, (int)count);
    }

    [LoggerMessage(1300, LogLevel.Error, "{Count} exchanges could not be stored and are lost")]
    partial void LogStorageFailed(int count, Exception e);

    [LoggerMessage(1302, LogLevel.Warning, "The content log lacks texts, for the reason {Reason}: {Count} exchanges")]
    partial void LogContentOmitted(string reason, long count);

    [LoggerMessage(1301, LogLevel.Error, "{Count} exchanges were still waiting when the gateway stopped and are lost")]
    partial void LogLost(long count);
}
