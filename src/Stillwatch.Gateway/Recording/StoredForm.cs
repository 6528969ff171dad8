using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Recording;

/// <summary>A settled exchange as storage keeps it, and a stored sketch as the engine takes it.</summary>
static class StoredForm
{
    public static StoredExchange Of(SettledExchange exchange, IReadOnlyList<AppRecord> apps)
    {
        var usage = exchange.Settlement.Usage;
        return new StoredExchange
        {
            Id = exchange.Id,
            TimeMs = exchange.Sketch.TimeMs,
            Account = exchange.Account,
            Organization = exchange.Organization,
            KeyId = exchange.KeyId,
            Model = exchange.Model,
            UpstreamModel = exchange.UpstreamModel,
            Api = (int)exchange.Api,
            Status = exchange.Status,
            End = (int)exchange.End,
            InputTokens = usage.InputTokens,
            CacheReadTokens = usage.CacheReadTokens,
            CacheWriteTokens = usage.CacheWriteTokens,
            OutputTokens = usage.OutputTokens,
            IsEstimated = exchange.Settlement.IsEstimated,
            LatencyMs = exchange.LatencyMs,
            Usage = exchange.RawUsage,
            App = exchange.Sketch.App == 0 ? null : apps[exchange.Sketch.App - 1].App,
            Sketch = SketchCodec.Encode(exchange.Sketch),
        };
    }

    /// <summary>The rows of a log after <paramref name="after"/>, in their order.</summary>
    public static IEnumerable<LoggedSketch> Replay(ExchangeLogReader log, SketchRestorer restorer, long after, CancellationToken cancellationToken)
    {
        foreach (var row in log.Sketches(cancellationToken, after))
        {
            yield return restorer.TryRestore(row, out var sketch)
                ? new LoggedSketch(row.Sequence, null, sketch)
                : new LoggedSketch(row.Sequence, RowRejections.ReasonOf(row), default);
        }
    }
}
