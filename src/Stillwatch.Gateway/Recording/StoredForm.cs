using System.Text;
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

    /// <summary>The sketches of a log, in its order, for a detector that shares <paramref name="models"/> and <paramref name="ids"/>.</summary>
    /// <param name="damaged">Told of each row that is no sketch of this version; it is left out.</param>
    public static IEnumerable<ExchangeSketch> Replay(
        ExchangeLogReader log, ModelNames models, AccountIds ids, IReadOnlyList<AppRecord> apps, CancellationToken cancellationToken, Action? damaged = null)
    {
        var places = apps.Select((app, index) => (app.App, index)).DistinctBy(app => app.App).ToDictionary(app => app.App, app => app.index + 1);
        foreach (var row in log.Sketches(cancellationToken))
        {
            if (!SketchCodec.TryDecode(row.Sketch, out var sketch))
            {
                damaged?.Invoke();
                continue;
            }

            ids.Learn(sketch.Account, row.Account);
            sketch.Model = models.IndexOf(Encoding.UTF8.GetBytes(row.Model));
            sketch.App = row.App is not null && places.TryGetValue(row.App, out var place) ? place : 0;
            yield return sketch;
        }
    }
}
