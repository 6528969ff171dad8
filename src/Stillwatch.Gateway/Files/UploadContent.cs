using System.Net;
using Microsoft.AspNetCore.Http;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Files;

/// <summary>A caller's upload on its way through: as it comes, nothing held but one buffer, and no more than the path's limit.</summary>
sealed class UploadContent : UpstreamContent
{
    const int BufferBytes = 64 * 1024;

    readonly HttpRequest _request;
    readonly long _maxBytes;

    public UploadContent(HttpRequest request, long maxBytes)
    {
        (_request, _maxBytes) = (request, maxBytes);
        Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
    }

    public static GatewayError TooLarge(long maxBytes) =>
        new(413, "request_too_large", $"The request body is larger than {ConfigScalars.SaySize(maxBytes)}, the limit of this path.");

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasStarted = true;
        var buffer = new byte[BufferBytes];
        var total = 0L;
        while (true)
        {
            var read = await ReadAsync(buffer, cancellationToken);
            if (read == 0)
            {
                return;
            }

            total += read;
            if (total > _maxBytes)
            {
                Fault = TooLarge(_maxBytes);
                throw new IOException("The upload is too large.");
            }

            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }

    async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await _request.Body.ReadAsync(buffer, cancellationToken);
        }
        catch (BadHttpRequestException e)
        {
            Fault = new GatewayError(e.StatusCode, "bad_http_request", "The request body broke off, came too slowly, or was framed wrongly.");
            throw;
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _request.ContentLength ?? 0;
        return _request.ContentLength is not null;
    }
}
