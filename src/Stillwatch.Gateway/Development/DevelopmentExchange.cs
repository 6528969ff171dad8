using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>One request at the development upstream and the means to answer it. The body is held in a pooled array until disposal.</summary>
sealed class DevelopmentExchange(HttpContext context, long number) : IDisposable
{
    static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    byte[] _body = [];
    int _length;
    JsonDocument? _json;

    public HttpContext Http => context;

    public long Number => number;

    public CancellationToken Aborted => context.RequestAborted;

    public Dialect Dialect { get; } = context.Request.Path.StartsWithSegments("/v1/chat")
        || (context.Request.Path.StartsWithSegments("/v1/models") && !context.Request.Headers.ContainsKey("anthropic-version"))
        ? Dialect.OpenAi
        : Dialect.Anthropic;

    /// <summary>The upstream itself broke the connection, as it was asked to.</summary>
    public bool IsCut { get; private set; }

    public ReadOnlyMemory<byte> Body => _body.AsMemory(0, _length);

    /// <returns>False when the body is longer than <paramref name="mostBytes"/>.</returns>
    public async Task<bool> ReadBodyAsync(int mostBytes)
    {
        var stated = context.Request.ContentLength ?? 4096;
        if (stated > mostBytes)
        {
            return false;
        }

        _body = ArrayPool<byte>.Shared.Rent((int)Math.Max(1, stated));
        while (true)
        {
            if (_length == _body.Length)
            {
                Grow();
            }

            var read = await context.Request.Body.ReadAsync(_body.AsMemory(_length), Aborted);
            _length += read;
            if (read == 0 || _length > mostBytes)
            {
                return read == 0;
            }
        }
    }

    /// <summary>The body as JSON; false when it is none.</summary>
    public bool TryParse(out JsonElement json)
    {
        try
        {
            _json = JsonDocument.Parse(Body, Deep);
            json = _json.RootElement;
            return json.ValueKind == JsonValueKind.Object;
        }
        catch (JsonException)
        {
            json = default;
            return false;
        }
    }

    public async Task SendAsync(int status, string contentType, ReadOnlyMemory<byte> body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        response.Headers[Dialect == Dialect.Anthropic ? "request-id" : "x-request-id"] = DevelopmentError.RequestId(number);
        await response.BodyWriter.WriteAsync(body, Aborted);
    }

    public Task SendJsonAsync(Action<Utf8JsonWriter> write)
    {
        var output = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(output))
        {
            write(json);
        }

        return SendAsync(200, "application/json", output.WrittenMemory);
    }

    public Task SendErrorAsync(GatewayError error)
    {
        var output = new ArrayBufferWriter<byte>(256);
        ErrorBody.Write(output, Dialect, error, DevelopmentError.RequestId(number));
        if (error.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = ((int)wait.TotalSeconds).ToString();
        }

        return SendAsync(error.Status, "application/json", output.WrittenMemory);
    }

    /// <summary>Breaks the connection: what was written before is on its way, nothing follows.</summary>
    public void Cut()
    {
        IsCut = true;
        context.Abort();
    }

    public void Dispose()
    {
        _json?.Dispose();
        if (_body.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_body);
        }
    }

    void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(_body.Length * 2);
        Body.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_body);
        _body = larger;
    }
}
