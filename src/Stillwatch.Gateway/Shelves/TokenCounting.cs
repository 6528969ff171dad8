using System.Buffers;
using System.Text.Json;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Shelves;

/// <summary>
/// <c>/v1/messages/count_tokens</c>: the upstream's count where it has one, else our own, an estimate of the same form. No exchange:
/// nothing is generated.
/// </summary>
sealed class TokenCounting(GatewayParts parts)
{
    readonly ShelfUpstream _upstreams = new(parts);

    public async Task RunAsync(ShelfCall call)
    {
        // The upstream's endpoint knows no metadata: a user the client named is replaced there, but none is put in.
        using var exchange = new InferenceExchange(ExchangeId.Of(call.RequestId), call.RequestId, call.Face, call.Caller, call.State)
        {
            Access = call.Access,
            Time = parts.EventTime.GetUtcNow(),
            StartTimestamp = parts.Time.GetTimestamp(),
            IntroducesUser = false,
        };
        GatewayError? error;
        (exchange.Body, error) = await RequestBody.ReadAsync(call.Http.Request, call.Endpoint.MaxBodyBytes, parts.Buffers, call.Http.RequestAborted);
        if (error is not null || !RequestReading.TryRead(call.Http, exchange, exchange.Body!.Span, parts, out error))
        {
            await call.FailAsync(error);
            return;
        }

        var upstream = exchange.Route!.Upstream;
        if (exchange.IsTranslated || !upstream.Config.HasCountTokens)
        {
            await call.SendAsync(Written(parts.Tokens.CountRequest(exchange.Body!.Span)));
            return;
        }

        using var deadline = _upstreams.DeadlineOf(call, upstream);
        var answer = await _upstreams.AskAsync(
            call, upstream, HttpMethod.Post, $"/v1/messages/count_tokens{call.Beta}", () => new BodyContent(exchange.Body!.Memory, exchange.Edits), deadline);
        await (answer.Error is null ? call.SendAsync(answer.Body) : answer.FailAsync(call));
    }

    static ReadOnlyMemory<byte> Written(int tokens)
    {
        var output = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(output);
        json.WriteStartObject();
        json.WriteNumber("input_tokens"u8, tokens);
        json.WriteEndObject();
        json.Flush();
        return output.WrittenMemory;
    }
}
