using System.Net;
using System.Net.Http.Headers;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A request body on its way to an upstream. Knows whether any of it has left, since after that nothing may be sent again.</summary>
abstract class UpstreamContent : HttpContent
{
    /// <summary>Bytes have been handed to a connection.</summary>
    public bool HasStarted { get; protected set; }

    /// <summary>Why the caller's side of it failed; null when it did not. Then the upstream is not to blame for what broke.</summary>
    public GatewayError? Fault { get; protected set; }
}

/// <summary>A body in memory, with what is replaced in it.</summary>
sealed class BodyContent : UpstreamContent
{
    static readonly MediaTypeHeaderValue Json = new("application/json");

    readonly ReadOnlyMemory<byte> _body;
    readonly BodyEdits? _edits;

    /// <param name="body">Must stay valid until the request was sent.</param>
    public BodyContent(ReadOnlyMemory<byte> body, BodyEdits? edits)
    {
        (_body, _edits) = (body, edits is { IsEmpty: false } ? edits : null);
        Headers.ContentType = Json;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        HasStarted = true;
        return _edits is null ? stream.WriteAsync(_body, cancellationToken).AsTask() : WriteEditedAsync(stream, cancellationToken);
    }

    async Task WriteEditedAsync(Stream stream, CancellationToken cancellationToken)
    {
        foreach (var piece in _edits!.Pieces(_body))
        {
            await stream.WriteAsync(piece, cancellationToken);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _body.Length + (_edits?.Growth ?? 0);
        return true;
    }
}
