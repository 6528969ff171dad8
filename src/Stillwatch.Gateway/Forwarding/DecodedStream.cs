using System.IO.Compression;
using Stillwatch.Storage;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A response body that is decompressed on the way, so its stated length is not its length.</summary>
sealed class DecodedStream : ReadOnlyStream
{
    DecodedStream(Stream decoder)
        : base(decoder)
    {
    }

    /// <summary>A response's body in plain. Nothing asks for compression; a server that compresses all the same is undone, since what cannot be read cannot be metered.</summary>
    public static async Task<Stream> OfAsync(HttpResponseMessage message, CancellationToken cancellationToken)
    {
        var stream = await message.Content.ReadAsStreamAsync(cancellationToken);
        if (!message.Content.Headers.NonValidated.Contains("Content-Encoding"))
        {
            return stream;
        }

        return message.Content.Headers.ContentEncoding.LastOrDefault() switch
        {
            "gzip" => new DecodedStream(new GZipStream(stream, CompressionMode.Decompress)),
            "br" => new DecodedStream(new BrotliStream(stream, CompressionMode.Decompress)),
            "deflate" => new DecodedStream(new ZLibStream(stream, CompressionMode.Decompress)),
            _ => stream,
        };
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? default : Inner.ReadAsync(buffer, cancellationToken); // decoders do not all take empty reads as a wait

    public override int Read(Span<byte> buffer) => Inner.Read(buffer);
}
