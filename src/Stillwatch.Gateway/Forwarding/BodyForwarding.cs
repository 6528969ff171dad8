using System.Buffers;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Passes a whole response on: as it comes when nothing is changed, else once it has all come.</summary>
static class BodyForwarding
{
    const int BufferBytes = 16 * 1024;
    const int ShortBytes = 4096 - 1; // fits, with a byte to see the end by, into one block of the server's pool
    const int MaxChangedBytes = 32 * 1024 * 1024;

    /// <summary>Untouched, as it comes, with a bounded copy aside for the meter.</summary>
    /// <returns>Why it broke off; null when whole. After an error the connection must not end as if all were well.</returns>
    public static async Task<GatewayError?> PassAsync(
        HttpContext context, InferenceExchange exchange, Stream upstream, Deadline deadline, GatewayParts parts)
    {
        using var tap = new BodyTap(context.Response.ContentLength);
        var bufferBytes = context.Response.ContentLength <= ShortBytes ? 0 : BufferBytes;
        var output = context.Response.BodyWriter;
        while (true)
        {
            var memory = output.GetMemory(bufferBytes);
            var (read, error) = await ReadAsync(upstream, memory, exchange, deadline, parts);
            if (error is not null)
            {
                return error;
            }

            if (read == 0)
            {
                tap.ReadInto(exchange.Reading!);
                exchange.Content?.KeepBody(tap.Kept, !tap.IsCut);
                return null;
            }

            tap.Add(memory.Span[..read]);
            output.Advance(read);
            exchange.Waiting.Begin();
            await output.FlushAsync(deadline.Token);
            exchange.Waiting.End();
        }
    }

    /// <summary>The whole of a body that must be changed, in memory. Null with the error that came instead.</summary>
    public static async Task<(ArrayBufferWriter<byte>? Body, GatewayError? Error)> ReadWholeAsync(
        Stream upstream, InferenceExchange exchange, Deadline deadline, GatewayParts parts, int maxBytes = MaxChangedBytes)
    {
        var body = new ArrayBufferWriter<byte>(BufferBytes);
        while (true)
        {
            var (read, error) = await ReadAsync(upstream, body.GetMemory(BufferBytes), exchange, deadline, parts);
            if (error is not null || read == 0)
            {
                return (error is null ? body : null, error);
            }

            body.Advance(read);
            if (body.WrittenCount > maxBytes)
            {
                return (null, new GatewayError(502, "upstream_response_too_large", $"The model's answer is larger than {maxBytes >> 20} MB."));
            }
        }
    }

    static async ValueTask<(int Read, GatewayError? Error)> ReadAsync(
        Stream upstream, Memory<byte> into, InferenceExchange exchange, Deadline deadline, GatewayParts parts)
    {
        exchange.Waiting.Begin();
        try
        {
            return await UpstreamReading.ReadAsync(upstream, into, exchange.Route!.Upstream, exchange.RequestId, deadline, parts.Events);
        }
        finally
        {
            exchange.Waiting.End();
        }
    }
}
