using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>One translator behind another: what the first writes is read again, event by event, by the second.</summary>
sealed class ChainedStream(StreamTranslator first, StreamTranslator second) : StreamTranslator
{
    readonly ArrayBufferWriter<byte> _between = new();
    readonly SseReader _events = new(); // holds no pooled buffer: what a translator writes are whole events

    public override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        if (!HasFailed)
        {
            first.Write(frame, _between);
            Pass(output);
        }
    }

    public override bool End(IBufferWriter<byte> output)
    {
        if (HasFailed)
        {
            return true;
        }

        var isWhole = first.End(_between);
        Pass(output);
        return (second.End(output) && isWhole) || HasFailed;
    }

    void Pass(IBufferWriter<byte> output)
    {
        ReadOnlySpan<byte> written = _between.WrittenSpan;
        while (!second.HasFailed && _events.TryRead(ref written, out var frame))
        {
            second.Write(frame, output);
        }

        _between.ResetWrittenCount();
        HasFailed = first.HasFailed || second.HasFailed;
    }
}
