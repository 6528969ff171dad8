using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A whole request body in one pooled array: read once, scanned in place, forwarded from there with replacements spliced in.</summary>
/// <remarks>Counts against <see cref="BufferBudget"/> while it lives. Not thread-safe.</remarks>
sealed class RequestBody : IDisposable
{
    const int UnstatedBytes = 4 * 1024;
    const int FirstBytes = 1024 * 1024; // a stated length is believed up to here; beyond, the bytes must come first

    readonly BufferBudget _budget;
    byte[] _buffer = [];
    int _length;

    RequestBody(BufferBudget budget) => _budget = budget;

    public ReadOnlySpan<byte> Span => _buffer.AsSpan(0, _length);

    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, _length);

    /// <summary>Reads to the end. Exactly one of the results is null.</summary>
    /// <param name="maxBytes">Of the body, after decoding when it is compressed.</param>
    public static async ValueTask<(RequestBody? Body, GatewayError? Error)> ReadAsync(
        HttpRequest request, long maxBytes, BufferBudget budget, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
        {
            return (null, TooLarge(maxBytes));
        }

        var (stream, decodes, error) = Decoded(request);
        if (error is not null)
        {
            return (null, error);
        }

        var body = new RequestBody(budget);
        try
        {
            var first = decodes || request.ContentLength is not { } length ? UnstatedBytes : (int)Math.Min(length + 1, FirstBytes);
            error = body.TryGrow(first) ? await body.FillAsync(stream, maxBytes, decodes, cancellationToken) : Overloaded();
        }
        catch (InvalidDataException)
        {
            error = new GatewayError(400, "request_body_encoding_invalid", "The request body is not what its Content-Encoding says.");
        }
        catch (BadHttpRequestException e)
        {
            error = new GatewayError(e.StatusCode, "bad_http_request", "The request body broke off, came too slowly, or was framed wrongly.");
        }
        catch
        {
            body.Dispose();
            throw;
        }

        if (error is null)
        {
            return (body, null);
        }

        body.Dispose();
        return (null, error);
    }

    async ValueTask<GatewayError?> FillAsync(Stream stream, long maxBytes, bool decodes, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (_length == _buffer.Length && !TryGrow((int)Math.Min(_buffer.Length * 2L, maxBytes + 1)))
            {
                return Overloaded();
            }

            var read = await stream.ReadAsync(_buffer.AsMemory(_length), cancellationToken);
            if (read == 0)
            {
                return null;
            }

            _length += read;
            if (_length > maxBytes)
            {
                return decodes
                    ? new GatewayError(413, "request_body_too_large_after_decoding", $"The decoded request body is larger than {ConfigScalars.SaySize(maxBytes)}.")
                    : TooLarge(maxBytes);
            }
        }
    }

    bool TryGrow(int bytes)
    {
        var next = ArrayPool<byte>.Shared.Rent(bytes);
        if (!_budget.TryTake(next.Length - _buffer.Length))
        {
            ArrayPool<byte>.Shared.Return(next);
            return false;
        }

        _buffer.AsSpan(0, _length).CopyTo(next);
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
        }

        _buffer = next;
        return true;
    }

    static (Stream Stream, bool Decodes, GatewayError? Error) Decoded(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding;
        return encoding.Count == 0 || encoding.ToString() is "" or "identity" ? (request.Body, false, null)
            : encoding.ToString() switch
            {
                "gzip" => (new GZipStream(request.Body, CompressionMode.Decompress), true, null),
                "deflate" => (new ZLibStream(request.Body, CompressionMode.Decompress), true, null),
                "br" => (new BrotliStream(request.Body, CompressionMode.Decompress), true, null),
                _ => (request.Body, false, new GatewayError(
                    400, "request_body_encoding_unsupported", "This Content-Encoding is not supported. Send the body plain, or as gzip, deflate or br.")),
            };
    }

    static GatewayError TooLarge(long maxBytes) =>
        new(413, "request_too_large", $"The request body is larger than {ConfigScalars.SaySize(maxBytes)}, the limit of this path.");

    static GatewayError Overloaded() =>
        new(529, "body_memory_exhausted", "Too many large requests at once. Try again in a moment.") { RetryAfter = TimeSpan.FromSeconds(5) };

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            _budget.GiveBack(_buffer.Length);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            _length = 0;
        }
    }
}
