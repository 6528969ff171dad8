using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>Which endpoint answers what. Unknown paths are a JSON 404, as clients expect.</summary>
sealed class DevelopmentRoutes(TimeProvider time, Func<Uri> address)
{
    readonly WishedFailures _failures = new();
    readonly BatchShelf _batches = new(time);
    readonly FileShelf _files = new(time);
    long _replies;

    /// <summary>Longest body an endpoint takes: the real API's limits for messages, less than those for what is kept in memory.</summary>
    public static int MostBytes(PathString path)
        => path.StartsWithSegments("/v1/files") ? FileShelf.MostBytes : 32 * 1024 * 1024;

    public Task AnswerAsync(DevelopmentExchange exchange)
    {
        var path = exchange.Http.Request.Path.Value ?? "/";
        var method = exchange.Http.Request.Method;
        switch (path)
        {
            case "/v1/messages" or "/v1/chat/completions" when HttpMethods.IsPost(method):
                return ReplyAsync(exchange);
            case "/v1/messages/count_tokens" when HttpMethods.IsPost(method):
                return CountAsync(exchange);
            case "/" when HttpMethods.IsHead(method) || HttpMethods.IsGet(method):
                return exchange.SendAsync(200, "text/plain; charset=utf-8", HttpMethods.IsHead(method) ? default : "Stillwatch's development upstream: not a model.\n"u8.ToArray());
            default:
                return Within(path, "/v1/messages/batches") is { } batch ? _batches.AnswerAsync(exchange, batch, address(), Interlocked.Increment(ref _replies))
                    : Within(path, "/v1/files") is { } file ? _files.AnswerAsync(exchange, file)
                    : Within(path, "/v1/models") is { } model && HttpMethods.IsGet(method) ? ModelShelf.AnswerAsync(exchange, model)
                    : exchange.SendErrorAsync(DevelopmentError.NotFound($"{method} {path}"));
        }
    }

    /// <summary>What follows the prefix, without slashes at its ends; null when the path is elsewhere.</summary>
    static string? Within(string path, string prefix)
        => path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/') ? path[prefix.Length..].Trim('/') : null;

    Task ReplyAsync(DevelopmentExchange exchange)
    {
        if (!exchange.TryParse(out var body))
        {
            return exchange.SendErrorAsync(DevelopmentError.Bad("The body is not a JSON object."));
        }

        if (DevelopmentRequest.Read(body, exchange.Dialect, out var fault) is not { } request)
        {
            return exchange.SendErrorAsync(DevelopmentError.Bad(fault!));
        }

        return _failures.Fails(request)
            ? exchange.SendErrorAsync(DevelopmentError.Wished(request.Wish.ErrorStatus))
            : ReplySender.SendAsync(exchange, new Reply(request, Interlocked.Increment(ref _replies)), time);
    }

    static Task CountAsync(DevelopmentExchange exchange)
        => exchange.TryParse(out var body) && DevelopmentRequest.Read(body, Dialect.Anthropic, out _) is { } request
            ? exchange.SendJsonAsync(json =>
            {
                json.WriteStartObject();
                json.WriteNumber("input_tokens"u8, request.InputTokens);
                json.WriteEndObject();
            })
            : exchange.SendErrorAsync(DevelopmentError.Bad("The body lacks model or messages."));
}
