using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Http;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Files;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>The synchronous part of an exchange: one pass over the body, then sketch, route and edits. No I/O, nothing waits.</summary>
static class RequestReading
{
    const int LongestModelBytes = 512;

    /// <summary>Fills <paramref name="exchange"/> from its body; false with the error the caller gets.</summary>
    public static bool TryRead(
        HttpContext context, InferenceExchange exchange, ReadOnlySpan<byte> body, GatewayParts parts, [NotNullWhen(false)] out GatewayError? error)
    {
        var desk = parts.Desks.Take();
        try
        {
            var (parsed, outline) = (desk.Parsed, desk.Outline);
            if (!ExchangeParser.TryParseRequest(body, exchange.Api, parsed, outline, out var fault))
            {
                error = ErrorOf(fault);
                return false;
            }

            if ((error = FaultOfVersion(context.Request.Headers, exchange, outline)) is not null || !TryRoute(exchange, parsed, out error)
                || (error = OwnedFiles.FaultOf(body, outline, exchange, parts.Owners)) is not null)
            {
                return false;
            }

            exchange.Stream = outline.Stream;
            exchange.IncludeUsage = outline.IncludeUsage;
            exchange.MaxTokens = outline.MaxTokens;
            Describe(context, exchange, parsed);
            exchange.Content?.NoteClient(parsed);
            desk.Sketcher.SketchRequest(parsed, out exchange.Sketch);
            if (!exchange.IsTranslated)
            {
                exchange.Edits = RequestEdits.Of(body, outline, exchange.Route!, exchange.Caller, exchange.IntroducesUser);
            }

            var restored = exchange.Edits ?? (exchange.Restored = new BodyEdits());
            parts.Reasoning.Restore.Edit(body, exchange.Face, exchange.Caller.Account, restored);
            return true;
        }
        finally
        {
            parts.Desks.GiveBack(desk);
        }
    }

    static bool TryRoute(InferenceExchange exchange, ParsedExchange parsed, [NotNullWhen(false)] out GatewayError? error)
    {
        var name = parsed[parsed.Model];
        Span<char> chars = stackalloc char[LongestModelBytes];
        var requested = name.Length <= LongestModelBytes ? chars[..Encoding.UTF8.GetChars(name, chars)] : default;
        if (requested.IsEmpty || !exchange.State.Models.TryRoute(exchange.Face, requested, out var rule))
        {
            error = new GatewayError(404, "unknown_model", name.Length > LongestModelBytes
                ? $"model: a name is at most {LongestModelBytes} bytes long."
                : $"model: there is no model '{requested}' here. GET /v1/models lists those there are.");
            return false;
        }

        error = null;
        exchange.Route = new Route(
            exchange.State[rule.Upstream], rule, requested.SequenceEqual(rule.Model) ? rule.Model : requested.ToString());
        return true;
    }

    // Who, when and from where, in the terms of the log, so that a live exchange and a logged one give the same sketch.
    static void Describe(HttpContext context, InferenceExchange exchange, ParsedExchange parsed)
    {
        var caller = exchange.Caller;
        parsed.Api = exchange.Api;
        parsed.Batch = exchange.IsBatch;
        parsed.TimeMs = exchange.Time.ToUnixTimeMilliseconds();
        parsed.Id = parsed.Append(exchange.Id);
        parsed.Account = parsed.Append(caller.Account);
        parsed.Organization = parsed.Append(caller.Organization);
        parsed.Key = parsed.Append(caller.KeyId);
        parsed.UserAgent = parsed.Append(context.Request.Headers.UserAgent.Count > 0 ? context.Request.Headers.UserAgent[0] : null);
        parsed.Ja4 = parsed.Append(ClientAddress.Ja4Of(context, exchange.State.Config));
        if (ClientAddress.Of(context, exchange.State.Config) is { } address)
        {
            Span<byte> text = stackalloc byte[64];
            parsed.Ip = address.TryFormat(text, out var length) ? parsed.Append(text[..length]) : default;
        }
    }

    static TextSlice Append(this ParsedExchange parsed, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        const int Longest = 512;
        Span<byte> bytes = stackalloc byte[Longest];
        Encoding.UTF8.TryGetBytes(text.AsSpan(0, Math.Min(text.Length, Longest / 3)), bytes, out var length);
        return parsed.Append(bytes[..length]);
    }

    static GatewayError ErrorOf(RequestFault fault)
    {
        var code = fault.Reason switch
        {
            RejectReason.DuplicateKey => "duplicate_key",
            RejectReason.MissingMember => "missing_member",
            RejectReason.WrongType => "wrong_type",
            RejectReason.TooDeep => "json_too_deep",
            RejectReason.InvalidUtf8 => "invalid_utf8",
            _ => "invalid_json",
        };
        return new GatewayError(400, code, fault.Path.Length == 0 ? $"The request body {fault.Detail}." : $"{fault.Path}: {fault.Detail}.");
    }

    static GatewayError? FaultOfVersion(IHeaderDictionary headers, InferenceExchange exchange, RequestOutline outline)
    {
        if (exchange.Face != Dialect.Anthropic || !exchange.State.Config.StrictAnthropicVersion)
        {
            return null;
        }

        var version = headers["anthropic-version"].ToString();
        return version switch
        {
            "" => new GatewayError(400, "missing_version", "anthropic-version: header is required"),
            "2023-06-01" => null,
            "2026-10-21" when outline.HasSampling => new GatewayError(400, "extra_inputs", "temperature, top_p, top_k: Extra inputs are not permitted"),
            "2026-10-21" => null,
            _ => new GatewayError(400, "unknown_version", "anthropic-version: this version is not known here; use 2023-06-01 or 2026-10-21"),
        };
    }
}
