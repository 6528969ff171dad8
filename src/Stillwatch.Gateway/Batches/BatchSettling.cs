using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Batches;

/// <summary>Makes one succeeded line of results an exchange: settled, its sketch completed, recorded.</summary>
sealed class BatchSettling(GatewayParts parts)
{
    /// <param name="kept">From the batch's creation; null when it is lost, then the exchange is counted without content.</param>
    public void Settle(ReadOnlySpan<byte> message, OwnedItem batch, Caller caller, string customId, ModelNamePair model, BatchSketch? kept)
    {
        using var reading = new ResponseReading(Dialect.Anthropic);
        reading.ReadBody(message);
        var settlement = Settlement.Of(reading, default, parts.Tokens);
        if (reading.InputTokens is null && kept is not null && settlement.Usage is { CacheReadTokens: 0, CacheWriteTokens: 0 } usage)
        {
            settlement = new Settlement(usage with { InputTokens = Math.Max(1, TokenCounter.FromBytes(kept.ParamsBytes, 0)) }, IsEstimated: true);
        }

        var id = BatchBody.ExchangeIdOf(batch.Origin, customId);
        var nowMs = parts.EventTime.GetUtcNow().ToUnixTimeMilliseconds();
        var sketch = Completed(batch, caller, model, kept, id, settlement.Usage.OutputTokens, reading.Output, nowMs);
        parts.Recorder.Record(new SettledExchange
        {
            Id = id,
            Sketch = sketch,
            Account = batch.Account,
            Organization = caller.Organization,
            KeyId = batch.KeyId,
            Model = model.Requested,
            UpstreamModel = model.Upstream,
            Api = ExchangeApi.AnthropicMessages,
            Status = 200,
            End = ExchangeEnd.Complete,
            Settlement = settlement,
            LatencyMs = (int)Math.Clamp(nowMs - batch.CreatedMs, 0, int.MaxValue),
            RawUsage = reading.RawUsage.IsEmpty ? null : reading.RawUsage.ToArray(),
        });
    }

    ExchangeSketch Completed(
        OwnedItem batch, Caller caller, ModelNamePair model, BatchSketch? kept, string id, int outputTokens, OutputText output, long nowMs)
    {
        var desk = parts.Desks.Take();
        try
        {
            ExchangeSketch sketch;
            if (kept is not null)
            {
                sketch = kept.Sketch;
            }
            else
            {
                var parsed = desk.Parsed;
                parsed.Clear();
                (parsed.Api, parsed.Batch, parsed.TimeMs) = (ExchangeApi.AnthropicMessages, true, batch.CreatedMs);
                parsed.Id = parsed.Append(Encoding.UTF8.GetBytes(id));
                parsed.Account = parsed.Append(Encoding.UTF8.GetBytes(batch.Account));
                parsed.Organization = caller.Organization is { } organization ? parsed.Append(Encoding.UTF8.GetBytes(organization)) : default;
                parsed.Model = parsed.Append(Encoding.UTF8.GetBytes(model.Requested));
                desk.Sketcher.SketchRequest(parsed, out sketch);
            }

            desk.Sketcher.Complete(ref sketch, 200, outputTokens, output);
            Forwarding.Settle.DateInTime(ref sketch, id, nowMs, desk.Sketcher); // its latency says when it was asked

            return sketch;
        }
        finally
        {
            parts.Desks.GiveBack(desk);
        }
    }
}
