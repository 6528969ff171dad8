using System.Text;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>The end of every exchange, however it ended: count, complete the sketch, record. Runs in a finaliser, so a client that leaves is counted too.</summary>
static class Settle
{
    /// <summary>Detection takes exchanges up to five minutes late; one that ran longer is dated so that it is still in time.</summary>
    const long LatestMs = 4 * 60 * 1000;

    /// <summary>Moves a sketch that would come too late for detection to four minutes before <paramref name="nowMs"/>, its end in event time.</summary>
    /// <param name="id">The exchange's id, which its sketch was made with.</param>
    public static void DateInTime(ref ExchangeSketch sketch, string id, long nowMs, Sketcher sketcher)
    {
        if (sketch.TimeMs < nowMs - LatestMs)
        {
            sketcher.Retime(ref sketch, nowMs - LatestMs, Encoding.UTF8.GetBytes(id));
        }
    }

    public static void Exchange(InferenceExchange exchange, GatewayParts parts)
    {
        using var nothing = exchange.Reading is null ? new ResponseReading(exchange.UpstreamDialect) : null;
        var reading = exchange.Reading ?? nothing!;
        var settlement = exchange.ReachedModel ? Settlement.Of(reading, exchange.Body is null ? [] : exchange.Body.Span, parts.Tokens) : default;
        parts.Admission.Settle(exchange, exchange.ReachedModel ? settlement : null);
        var elapsed = parts.Time.GetElapsedTime(exchange.StartTimestamp);
        var latencyMs = (int)Math.Min(elapsed.TotalMilliseconds, int.MaxValue);
        byte[]? contentLine = null;
        var desk = parts.Desks.Take();
        try
        {
            desk.Sketcher.Complete(ref exchange.Sketch, exchange.Status, exchange.ReachedModel ? settlement.Usage.OutputTokens : -1, reading.Output);
            DateInTime(ref exchange.Sketch, exchange.Id, parts.EventTime.GetUtcNow().ToUnixTimeMilliseconds(), desk.Sketcher);

            contentLine = parts.Content is { } log ? ContentLine.Of(exchange, settlement, latencyMs, log, desk.Parsed) : null;
        }
        finally
        {
            parts.Desks.GiveBack(desk);
        }

        parts.Events.Finished(exchange, new ExchangeMeasurement
        {
            Face = exchange.Face,
            Route = exchange.Route!.Rule,
            Status = exchange.Status,
            End = exchange.End,
            IsStream = exchange.Stream,
            Settlement = exchange.ReachedModel ? settlement : null,
            Duration = elapsed,
            TimeToFirstToken = exchange.FirstTokenTimestamp == 0 ? null : parts.Time.GetElapsedTime(exchange.StartTimestamp, exchange.FirstTokenTimestamp),
            Overhead = elapsed - exchange.Waiting.Total,
        });
        parts.Recorder.Record(new SettledExchange
        {
            Id = exchange.Id,
            Sketch = exchange.Sketch,
            Account = exchange.Caller.Account,
            Organization = exchange.Caller.Organization,
            KeyId = exchange.Caller.KeyId,
            Model = exchange.Route.RequestedModel,
            UpstreamModel = exchange.Route.UpstreamModel,
            Api = exchange.Api,
            Status = exchange.Status,
            End = exchange.End,
            Settlement = settlement,
            LatencyMs = latencyMs,
            RawUsage = reading.RawUsage.IsEmpty ? null : reading.RawUsage.ToArray(),
            ContentLine = contentLine,
        });
    }
}
