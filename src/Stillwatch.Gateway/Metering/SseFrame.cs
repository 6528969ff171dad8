namespace Stillwatch.Gateway.Metering;

/// <summary>One server-sent event as it came, valid until the reader is asked for the next.</summary>
/// <param name="raw">Every byte of it, blank line included: what is forwarded when nothing is changed.</param>
/// <param name="name">The <c>event:</c> field; empty when there is none.</param>
/// <param name="data">The <c>data:</c> field, several lines joined by LF; empty when there is none (a comment, a keep-alive).</param>
readonly ref struct SseFrame(ReadOnlySpan<byte> raw, ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
{
    public ReadOnlySpan<byte> Raw { get; } = raw;

    public ReadOnlySpan<byte> Name { get; } = name;

    public ReadOnlySpan<byte> Data { get; } = data;
}
