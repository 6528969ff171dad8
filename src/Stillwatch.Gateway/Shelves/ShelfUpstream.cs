using System.Buffers;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Shelves;

/// <summary>What an upstream said to a question of ours: a body, or why there is none.</summary>
/// <param name="Error">Null when the upstream did what was asked.</param>
/// <param name="PassesError">The upstream is trusted: its own error body goes to the caller as it is.</param>
readonly record struct ShelfAnswer(int Status, ReadOnlyMemory<byte> Body, GatewayError? Error, bool PassesError)
{
    public bool IsUnknown => Status is 404 or 410;

    public static ShelfAnswer Of(GatewayError error) => new(error.Status, default, error, PassesError: false);

    public Task FailAsync(ShelfCall call)
    {
        if (!PassesError)
        {
            return call.FailAsync(Error!);
        }

        call.Http.Response.StatusCode = Status;
        Reply.Retry(call.Http.Response, Error!);
        return call.SendAsync(Body);
    }
}

/// <summary>Asks an upstream for something beside inference, with the same connections, circuits and deadlines.</summary>
sealed class ShelfUpstream(GatewayParts parts)
{
    const int MaxErrorBytes = 64 * 1024;

    public Deadline DeadlineOf(ShelfCall call, Upstream upstream) => new(upstream.Config.TotalTimeout, parts.Time, call.Http.RequestAborted);

    /// <summary>Sends, and hands out the response while its body is still on its way. Exactly one result is null.</summary>
    public async Task<(UpstreamResponse? Response, GatewayError? Error)> SendAsync(
        ShelfCall call, Upstream upstream, HttpMethod method, string path, Func<UpstreamContent>? content, Deadline deadline) =>
        await UpstreamSending.SendAsync(
            upstream, method, path, content,
            request => UpstreamHeaders.Write(request, call.Http.Request.Headers, call.Face, upstream.Config, call.RequestId), call.RequestId, deadline, parts.Events);

    /// <summary>Sends, and reads the whole answer.</summary>
    public async Task<ShelfAnswer> AskAsync(
        ShelfCall call, Upstream upstream, HttpMethod method, string path, Func<UpstreamContent>? content, Deadline deadline, int maxBytes = 1024 * 1024)
    {
        var (response, error) = await SendAsync(call, upstream, method, path, content, deadline);
        if (response is null)
        {
            return ShelfAnswer.Of(error!);
        }

        using (response)
        {
            return await ReadAsync(response, upstream, call.RequestId, deadline, maxBytes);
        }
    }

    public async Task<ShelfAnswer> ReadAsync(UpstreamResponse response, Upstream upstream, string requestId, Deadline deadline, int maxBytes)
    {
        var message = response.Message;
        var status = (int)message.StatusCode;
        var isWell = status is >= 200 and < 300;
        await using var stream = await DecodedStream.OfAsync(message, deadline.Token);
        var body = new ArrayBufferWriter<byte>();
        while (true)
        {
            var (read, error) = await UpstreamReading.ReadAsync(stream, body.GetMemory(4096), upstream, requestId, deadline, parts.Events);
            if (error is not null)
            {
                return ShelfAnswer.Of(error);
            }

            if (read == 0)
            {
                return isWell ? new ShelfAnswer(status, body.WrittenMemory, null, false) : Failed(message, status, upstream, body.WrittenMemory);
            }

            body.Advance(read);
            if (body.WrittenCount > (isWell ? maxBytes : MaxErrorBytes))
            {
                return isWell
                    ? ShelfAnswer.Of(new GatewayError(502, "upstream_response_too_large", $"The server's answer is larger than {maxBytes >> 10} KB."))
                    : Failed(message, status, upstream, default);
            }
        }
    }

    ShelfAnswer Failed(HttpResponseMessage message, int status, Upstream upstream, ReadOnlyMemory<byte> body)
    {
        if (status is 401 or 403 && !upstream.Config.Trusted)
        {
            parts.Events.CredentialRefused(upstream.Config.Name, status);
        }

        if (status < 400)
        {
            return ShelfAnswer.Of(new GatewayError(502, "upstream_redirected", "The server answered with a redirect, which is not followed."));
        }

        var error = upstream.Config.Trusted && !body.IsEmpty
            ? new GatewayError(status, "upstream_error", "")
            : Translate.Error(status, body.Span);
        return new ShelfAnswer(status, body, ResponseHeaders.WithRetry(message, error), upstream.Config.Trusted && !body.IsEmpty);
    }
}
