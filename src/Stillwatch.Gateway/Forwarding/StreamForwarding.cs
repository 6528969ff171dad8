using System.Buffers;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Passes an event stream on, event by event, and reads along.</summary>
/// <remarks>
/// Only whole events are passed on, so that one that broke off is never in the way of the error event that follows. Waits with an empty
/// read, so that an idle stream holds no buffer. Bytes are untouched unless a translator or a rewriting is given.
/// </remarks>
static class StreamForwarding
{
    const int BufferBytes = 16 * 1024;
    static readonly TimeSpan TimeForLastWords = TimeSpan.FromSeconds(5);

    /// <summary>The server's sending has no end to wait for; breaking the connection at once could take back the event just flushed.</summary>
    static readonly TimeSpan TimeForLastEvent = TimeSpan.FromMilliseconds(50);

    /// <exception cref="OperationCanceledException">The client left, or a limit of time passed.</exception>
    /// <exception cref="IOException">The client's connection broke.</exception>
    public static async Task RunAsync(
        HttpContext context, InferenceExchange exchange, Stream upstream, StreamTranslator? translator, Deadline deadline, GatewayParts parts)
    {
        var output = context.Response.BodyWriter;
        var reading = exchange.Reading!;
        using var events = new SseReader();
        var error = await CopyAsync();
        if (error is null && !events.Held.IsEmpty)
        {
            error = FinishHeld();
        }

        if (error is null && translator is not null && !reading.HasError && !translator.End(output))
        {
            error = Truncated();
        }

        // An event too long to be read went by unread; the translated stream has a hole then.
        error ??= translator is not (null or Rewriting) && events.Oversized > 0 ? Truncated() : null;
        var hasFailed = reading.HasError || translator is { HasFailed: true };
        error ??= reading.IsComplete || hasFailed ? null : Truncated();
        exchange.End = error is not null ? ExchangeEnd.Truncated : hasFailed ? ExchangeEnd.Failed : ExchangeEnd.Complete;
        if (error is not null)
        {
            ErrorBody.WriteEvent(output, exchange.Face, error, exchange.RequestId);
            using var lastWords = new CancellationTokenSource(TimeForLastWords, parts.Time); // the limit that ended the stream is over already
            await output.FlushAsync(lastWords.Token);
            if (exchange.Face == Dialect.OpenAi)
            {
                // Some clients of this dialect pass over an error chunk and do not miss [DONE]: only a connection that breaks tells them.
                await Task.Delay(TimeForLastEvent, parts.Time, lastWords.Token);
                context.Abort();
            }

            return;
        }

        await output.FlushAsync(deadline.Token);

        async Task<GatewayError?> CopyAsync()
        {
            while (true)
            {
                byte[]? buffer = null;
                try
                {
                    deadline.Within(exchange.Route!.Upstream.Config.IdleTimeout);
                    exchange.Waiting.Begin();
                    _ = await upstream.ReadAsync(Memory<byte>.Empty, deadline.Token);
                    buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
                    var read = await upstream.ReadAsync(buffer, deadline.Token);
                    exchange.Waiting.End();
                    if (read == 0)
                    {
                        return null;
                    }

                    Pass(buffer.AsSpan(0, read));
                }
                catch (Exception e) when (UpstreamReading.IsBrokenOff(e))
                {
                    parts.Events.UpstreamFailed(exchange.Route!.Upstream.Config.Name, "stream_broke_off", exchange.RequestId);
                    return reading.IsComplete ? null : Truncated();
                }
                catch (OperationCanceledException) when (!deadline.ClientLeft)
                {
                    var (kind, ended) = UpstreamReading.EndOf(deadline);
                    parts.Events.UpstreamFailed(exchange.Route!.Upstream.Config.Name, kind, exchange.RequestId);
                    return ended;
                }
                finally
                {
                    exchange.Waiting.End();
                    if (buffer is not null)
                    {
                        ArrayPool<byte>.Shared.Return(buffer);
                    }
                }

                if (exchange is { Body: not null, Content: null } && reading.InputTokens is not null)
                {
                    exchange.LetGoOfBody(); // sent, and its tokens are known: a stream that runs for an hour need not hold it
                }

                if (output.UnflushedBytes > 0)
                {
                    exchange.Waiting.Begin();
                    await output.FlushAsync(deadline.Token);
                    exchange.Waiting.End();
                }
            }
        }

        void Pass(ReadOnlySpan<byte> chunk)
        {
            while (events.TryRead(ref chunk, out var frame))
            {
                PassEvent(frame);
            }
        }

        void PassEvent(in SseFrame frame)
        {
            reading.ReadEvent(frame);
            if (exchange.FirstTokenTimestamp == 0 && reading.GeneratedBytes > 0)
            {
                exchange.FirstTokenTimestamp = parts.Time.GetTimestamp();
            }

            Emit(frame);
        }

        void Emit(in SseFrame frame)
        {
            if (translator is null)
            {
                output.Write(frame.Raw);
            }
            else
            {
                translator.Write(frame, output);
            }
        }

        // Servers exist that leave out the last blank line; readers would then drop their last event without a word.
        GatewayError? FinishHeld()
        {
            if (reading.IsComplete)
            {
                if (translator is null or Rewriting)
                {
                    output.Write(events.Held); // a comment after the end, say
                }

                return null;
            }

            ReadOnlySpan<byte> end = "\n\n"u8;
            if (!events.TryRead(ref end, out var frame))
            {
                return Truncated();
            }

            reading.ReadEvent(frame);
            if (!reading.IsComplete)
            {
                return Truncated();
            }

            Emit(frame);

            return null;
        }
    }

    static GatewayError Truncated() =>
        new(502, "upstream_truncated", "The model's server ended the stream before the answer was complete. What came so far is not the whole answer.");
}
