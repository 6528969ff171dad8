using System.Buffers;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>Sends a reply whole or as a stream, at the pace and with the faults its request asked for.</summary>
static class ReplySender
{
    /// <summary>A quick stream is flushed that often: its first event at once, then in batches, as a fast server's events arrive.</summary>
    const int EventsPerFlush = 16;

    /// <summary>Kestrel throws away what has not left when a connection is broken; this lets it leave.</summary>
    static readonly TimeSpan BeforeCut = TimeSpan.FromMilliseconds(50);

    static readonly TimeSpan EndlessPause = TimeSpan.FromMilliseconds(20);

    public static Task SendAsync(DevelopmentExchange exchange, Reply reply, TimeProvider time)
    {
        IReplyFace face = exchange.Dialect == Dialect.Anthropic ? new MessagesFace() : new ChatFace(time.GetUtcNow().ToUnixTimeSeconds());
        return reply.Request.Stream ? StreamAsync(exchange, reply, face, time) : WholeAsync(exchange, reply, face, time);
    }

    static async Task WholeAsync(DevelopmentExchange exchange, Reply reply, IReplyFace face, TimeProvider time)
    {
        var wish = reply.Request.Wish;
        if (wish.Endless)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, time, exchange.Aborted);
        }

        await Task.Delay(wish.Silence + (wish.Pause * wish.SlowEvents), time, exchange.Aborted);
        var output = new ArrayBufferWriter<byte>(2048);
        face.Whole(output, reply);
        if (!wish.Truncate && !wish.Cut)
        {
            await exchange.SendAsync(200, "application/json", output.WrittenMemory);
            return;
        }

        exchange.Http.Response.ContentType = "application/json";
        exchange.Http.Response.ContentLength = output.WrittenCount;
        await exchange.Http.Response.BodyWriter.WriteAsync(output.WrittenMemory[..(output.WrittenCount / 2)], exchange.Aborted);
        exchange.Cut(); // a body shorter than stated cannot end any other way
    }

    static async Task StreamAsync(DevelopmentExchange exchange, Reply reply, IReplyFace face, TimeProvider time)
    {
        var response = exchange.Http.Response;
        var output = response.BodyWriter;
        response.ContentType = exchange.Dialect == Dialect.Anthropic ? "text/event-stream; charset=utf-8" : "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers[exchange.Dialect == Dialect.Anthropic ? "request-id" : "x-request-id"] = DevelopmentError.RequestId(exchange.Number);
        face.Start(output, reply);
        await output.FlushAsync(exchange.Aborted);

        var wish = reply.Request.Wish;
        await Task.Delay(wish.Silence, time, exchange.Aborted);
        var pause = wish.Endless && wish.Pause == TimeSpan.Zero ? EndlessPause : wish.Pause;
        var unflushed = 0;
        foreach (var piece in reply.Pieces(isStream: true))
        {
            face.Add(output, reply, piece);
            if (piece.Kind is PieceKind.Error or PieceKind.Truncate or PieceKind.Cut)
            {
                await output.FlushAsync(exchange.Aborted);
                if (piece.Kind == PieceKind.Cut)
                {
                    await Task.Delay(BeforeCut, time, exchange.Aborted);
                    exchange.Cut();
                }

                return;
            }

            var isPaused = pause > TimeSpan.Zero && piece.Kind == PieceKind.TextDelta;
            if (isPaused || ++unflushed >= EventsPerFlush)
            {
                await output.FlushAsync(exchange.Aborted);
                exchange.Aborted.ThrowIfCancellationRequested();
                unflushed = 0;
            }

            if (isPaused)
            {
                await Task.Delay(pause, time, exchange.Aborted);
            }
        }

        face.End(output, reply);
        await output.FlushAsync(exchange.Aborted);
    }
}
