using System.Buffers;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>One exchange with a model, on either face.</summary>
/// <remarks>
/// 1. Read the body. 2. One pass: parse, sketch, route, edits. 3. Send, with failover while no byte has left. 4. Pass the response on:
/// untouched, edited, or translated; an error in the caller's dialect. 5. In every case, settle the tokens and record the exchange.
/// </remarks>
sealed class InferenceFlow(GatewayParts parts)
{
    const int MaxErrorBytes = 64 * 1024;

    public async Task RunAsync(HttpContext context, ApiEndpoint endpoint, Caller caller, string requestId)
    {
        var state = parts.State;
        using var exchange = new InferenceExchange(ExchangeId.Of(requestId), requestId, endpoint.Dialect!.Value, caller, state)
        {
            Time = parts.EventTime.GetUtcNow(),
            StartTimestamp = parts.Time.GetTimestamp(),
            Waiting = new UpstreamTime(parts.Time),
            Content = parts.Content is null ? null : new ContentCapture(),
        };
        GatewayError? error;
        exchange.Waiting.Begin();
        (exchange.Body, error) = await RequestBody.ReadAsync(context.Request, endpoint.MaxBodyBytes, parts.Buffers, context.RequestAborted);
        exchange.Waiting.End();
        if (error is not null || !RequestReading.TryRead(context, exchange, exchange.Body!.Span, parts, out error))
        {
            parts.Recorder.CountRefused(error.Code);
            parts.Events.Refused(requestId, error.Code, error.Status);
            await Reply.ErrorAsync(context, exchange.Face, error, requestId);
            return;
        }

        exchange.Withholding = parts.Withhold?.Invoke(exchange);
        using var deadline = new Deadline(exchange.Route!.Upstream.Config.TotalTimeout, parts.Time, context.RequestAborted);
        try
        {
            await ForwardAsync(context, exchange, deadline);
        }
        catch (Exception e) when (deadline.ClientLeft && e is OperationCanceledException or IOException)
        {
            exchange.End = ExchangeEnd.Aborted;
            exchange.Status = exchange.Status == 0 ? 499 : exchange.Status;
        }
        catch (OperationCanceledException) // the limit of the whole exchange, met while the client would not take more
        {
            exchange.End = ExchangeEnd.Aborted;
            context.Abort();
        }
        finally
        {
            Settle.Exchange(exchange, parts);
        }
    }

    async Task ForwardAsync(HttpContext context, InferenceExchange exchange, Deadline deadline)
    {
        var translation = exchange.IsTranslated ? ContextOf(exchange) : null;
        ReadOnlyMemory<byte> body;
        if (translation is null)
        {
            body = exchange.Body!.Memory;
        }
        else
        {
            var translated = new ArrayBufferWriter<byte>(exchange.Body!.Span.Length + 256);
            if (!Translate.TryRequest(exchange.Face, Restored(exchange), translation, translated, out var cannot))
            {
                await FailAsync(context, exchange, cannot);
                return;
            }

            body = translated.WrittenMemory;
        }

        var upstream = exchange.Route!.Upstream;
        exchange.Waiting.Begin();
        var (response, error) = await UpstreamSending.SendAsync(
            upstream, HttpMethod.Post, PathOf(exchange, context),
            () => new BodyContent(body, exchange.Edits),
            request => UpstreamHeaders.Write(request, context.Request.Headers, exchange.Face, upstream.Config, exchange.RequestId),
            deadline, parts.Events);
        exchange.Waiting.End();
        if (response is null)
        {
            await FailAsync(context, exchange, error!);
            return;
        }

        using (response)
        {
            await AnswerAsync(context, exchange, response.Message, translation, deadline);
        }
    }

    async Task AnswerAsync(HttpContext context, InferenceExchange exchange, HttpResponseMessage message, TranslationContext? translation, Deadline deadline)
    {
        using var upstream = await DecodedStream.OfAsync(message, deadline.Token);
        exchange.Reading = new ResponseReading(exchange.UpstreamDialect) { Content = exchange.Content };
        if ((int)message.StatusCode >= 300)
        {
            await PassErrorAsync(context, exchange, message, upstream, deadline);
            return;
        }

        exchange.ReachedModel = true;
        exchange.Status = (int)message.StatusCode;
        var isStream = ResponseHeaders.IsEventStream(message) ?? exchange.Stream;
        var changes = translation is not null || ((exchange.EchoedModel is not null || exchange.Withholding is not null) && !isStream);
        if (translation is not null && isStream != exchange.Stream)
        {
            await FailAsync(context, exchange, new GatewayError(502, "upstream_wrong_form", exchange.Stream
                ? "The model's server does not stream; send the request without stream."
                : "The model's server streams though it was not asked to."));
            return;
        }

        context.Response.StatusCode = exchange.Status;
        Reply.Identify(context.Response, exchange.Face, exchange.RequestId);
        if (changes && !isStream)
        {
            await PassChangedAsync(context, exchange, upstream, translation, deadline);
            return;
        }

        ResponseHeaders.Copy(message, context.Response, isStream, keepsLength: !isStream && upstream is not DecodedStream);
        if (isStream)
        {
            context.Response.ContentType = translation is null ? context.Response.ContentType : "text/event-stream; charset=utf-8";
            await context.Response.BodyWriter.FlushAsync(deadline.Token); // clients time the headers, not the first event
            parts.Events.StreamStarted(exchange);
            try
            {
                await StreamForwarding.RunAsync(context, exchange, upstream, TranslatorOf(exchange, translation), deadline, parts);
            }
            finally
            {
                parts.Events.StreamEnded(exchange);
            }

            return;
        }

        var error = await BodyForwarding.PassAsync(context, exchange, upstream, deadline, parts);
        if (error is null)
        {
            exchange.End = ExchangeEnd.Complete;
            return;
        }

        exchange.End = ExchangeEnd.Truncated;
        if (context.Response.HasStarted)
        {
            context.Abort(); // so that half an answer does not look like a whole one
        }
        else
        {
            exchange.Status = error.Status;
            await Reply.ErrorAsync(context, exchange.Face, error, exchange.RequestId);
        }
    }

    async Task PassChangedAsync(HttpContext context, InferenceExchange exchange, Stream upstream, TranslationContext? translation, Deadline deadline)
    {
        var (whole, error) = await BodyForwarding.ReadWholeAsync(upstream, exchange, deadline, parts);
        if (whole is null)
        {
            exchange.End = ExchangeEnd.Truncated;
            await FailAsync(context, exchange, error!, exchange.End);
            return;
        }

        exchange.Reading!.ReadBody(whole.WrittenSpan);
        var output = new ArrayBufferWriter<byte>(whole.WrittenCount + 256);
        if (translation is not null)
        {
            if (!Translate.TryResponse(exchange.Face, whole.WrittenSpan, translation, output, out error))
            {
                await FailAsync(context, exchange, error);
                return;
            }
        }
        else
        {
            var place = exchange.EchoedModel is null ? default : ModelToken.Find(whole.WrittenSpan, nested: false);
            output.Write(whole.WrittenSpan[..place.Start]);
            output.Write(place.IsEmpty ? [] : ModelToken.Of(exchange.EchoedModel!));
            output.Write(whole.WrittenSpan[(place.Start + place.Length)..]);
        }

        if (exchange.Withholding is { } withholding)
        {
            var withheld = new ArrayBufferWriter<byte>(output.WrittenCount);
            if (!withholding.TryBody(output.WrittenSpan, withheld, out error))
            {
                await FailAsync(context, exchange, error);
                return;
            }

            output = withheld;
        }

        exchange.End = ExchangeEnd.Complete;
        exchange.Content?.KeepBody(output.WrittenSpan, isWhole: true);
        await Reply.JsonAsync(context, output.WrittenMemory);
    }

    async Task PassErrorAsync(HttpContext context, InferenceExchange exchange, HttpResponseMessage message, Stream upstream, Deadline deadline)
    {
        var status = (int)message.StatusCode;
        var config = exchange.Route!.Upstream.Config;
        var (whole, _) = await BodyForwarding.ReadWholeAsync(upstream, exchange, deadline, parts, MaxErrorBytes); // one that breaks off still has its status
        if (status is 401 or 403 && !config.Trusted)
        {
            parts.Events.CredentialRefused(config.Name, status);
        }

        if (whole is not null && config.Trusted && !exchange.IsTranslated && status >= 400)
        {
            exchange.Status = status;
            context.Response.StatusCode = status;
            Reply.Identify(context.Response, exchange.Face, exchange.RequestId);
            Reply.Retry(context.Response, ResponseHeaders.WithRetry(message, new GatewayError(status, "upstream_error", "")));
            await Reply.BytesAsync(context, message.Content.Headers.ContentType?.ToString(), whole.WrittenMemory);
            return;
        }

        var error = status < 400
            ? new GatewayError(502, "upstream_redirected", "The model's server answered with a redirect, which is not followed.")
            : Translate.Error(status, whole is null ? [] : whole.WrittenSpan);
        await FailAsync(context, exchange, ResponseHeaders.WithRetry(message, error));
    }

    async Task FailAsync(HttpContext context, InferenceExchange exchange, GatewayError error, ExchangeEnd end = ExchangeEnd.Failed)
    {
        exchange.Status = error.Status;
        exchange.End = end;
        await Reply.ErrorAsync(context, exchange.Face, error, exchange.RequestId);
    }

    TranslationContext ContextOf(InferenceExchange exchange) => new()
    {
        UpstreamModel = exchange.Route!.UpstreamModel,
        ResponseModel = exchange.EchoedModel ?? exchange.Route.UpstreamModel,
        UpstreamUserId = exchange.Route.Upstream.Config.SendUserId ? exchange.Caller.UpstreamUserId : null,
        Time = exchange.Time,
        RequestId = exchange.RequestId,
        InputTokens = exchange is { Stream: true, Face: Dialect.Anthropic } ? parts.Tokens.CountRequest(exchange.Body!.Span) : 0,
        IncludeUsage = exchange.IncludeUsage,
    };

    static ReadOnlySpan<byte> Restored(InferenceExchange exchange)
    {
        if (exchange.Restored is not { IsEmpty: false } edits)
        {
            return exchange.Body!.Span;
        }

        var restored = new ArrayBufferWriter<byte>(exchange.Body!.Span.Length + edits.Growth);
        edits.WriteTo(exchange.Body.Span, restored);
        return restored.WrittenSpan;
    }

    static StreamTranslator? TranslatorOf(InferenceExchange exchange, TranslationContext? translation)
    {
        var translator = Changing(exchange, translation);
        return exchange.Withholding is { } withholding ? withholding.Wrap(translator) : translator;
    }

    static StreamTranslator? Changing(InferenceExchange exchange, TranslationContext? translation)
    {
        if (translation is not null)
        {
            return Translate.Stream(exchange.Face, translation);
        }

        var dropsUsage = exchange.Face == Dialect.OpenAi && !exchange.IncludeUsage && exchange.Route!.Upstream.Config.AskForUsage;
        return exchange.EchoedModel is { } model ? new Rewriting(exchange.Face, ModelToken.Of(model), dropsUsage)
            : dropsUsage ? new Rewriting(exchange.Face, null, dropsUsageChunk: true)
            : null;
    }

    // The query is the client's; of it only the beta mark means something to an Anthropic upstream.
    static string PathOf(InferenceExchange exchange, HttpContext context) => exchange.UpstreamDialect == Dialect.OpenAi ? "/v1/chat/completions"
        : exchange.Face == Dialect.Anthropic && context.Request.QueryString.HasValue && context.Request.Query["beta"] == "true" ? "/v1/messages?beta=true"
        : "/v1/messages";
}
