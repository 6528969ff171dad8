namespace Stillwatch.Gateway.Metering;

/// <summary>Cuts a byte stream into server-sent events, however it was chunked (WHATWG HTML, section 9.2).</summary>
/// <remarks>
/// Allocates nothing while events arrive whole; an event split over chunks is held in a pooled buffer of at most
/// <see cref="MaxFrameBytes"/>. A longer one is handed on in pieces with empty name and data, and <see cref="Oversized"/> counts it.
/// </remarks>
sealed class SseReader : IDisposable
{
    public const int MaxFrameBytes = 1024 * 1024;

    /// <summary>Events longer than <see cref="MaxFrameBytes"/> seen so far.</summary>
    public int Oversized { get; private set; }

    /// <summary>The unfinished event at the end of what was read; after the last chunk, what the stream broke off in.</summary>
    public ReadOnlySpan<byte> Held => default;

    /// <summary>Takes the next whole event off the front of <paramref name="chunk"/>. False: the rest of the chunk was taken in, ask again with the next.</summary>
    public bool TryRead(ref ReadOnlySpan<byte> chunk, out SseFrame frame) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
