using System.Buffers;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// What withholding from a stream has in common on both faces: reading, changing in place, giving signs of life, failing closed.
/// </summary>
abstract class WithheldStream(Withholding terms) : StreamTranslator
{
    /// <summary>A stream that withholds must not be silent: clients drop one that is, after minutes.</summary>
    static readonly TimeSpan LifeSignEvery = TimeSpan.FromSeconds(1);

    readonly ArrayBufferWriter<byte> _edited = new();
    long _spokeAt = terms.Time.GetTimestamp();

    protected Withholding Terms { get; } = terms;

    /// <summary>Changes of the event in hand, by their places in its data.</summary>
    protected BodyEdits Edits { get; } = new();

    public sealed override void Write(in SseFrame frame, IBufferWriter<byte> output)
    {
        if (HasFailed)
        {
            return;
        }

        var data = frame.Data.Trim(" \t\r\n"u8);
        Edits.Clear();
        if (data.IsEmpty || data.SequenceEqual("[DONE]"u8))
        {
            if (data.IsEmpty && !SaysNothing(frame.Raw))
            {
                Fail(output); // an event too long to be read comes in pieces without data
                return;
            }

            Pass(frame, output);
            return;
        }

        if (!RawScan.IsWellFormed(data) || RawValue.Of(data) is not { IsObject: true } root)
        {
            Fail(output);
            return;
        }

        Read(frame, data, root, output);
    }

    /// <summary>What was held back belongs to events that did not come; whether that is an early end, the reading knows.</summary>
    public override bool End(IBufferWriter<byte> output) => true;

    /// <summary>Takes one event: ends in <see cref="Pass"/>, <see cref="Withhold"/> or <see cref="Fail"/>.</summary>
    protected abstract void Read(in SseFrame frame, ReadOnlySpan<byte> data, RawValue root, IBufferWriter<byte> output);

    /// <summary>What is said in place of an event, when nothing was for a second.</summary>
    protected abstract ReadOnlySpan<byte> LifeSign { get; }

    /// <summary>The event as it came, but for <see cref="Edits"/>.</summary>
    protected void Pass(in SseFrame frame, IBufferWriter<byte> output)
    {
        _spokeAt = Terms.Time.GetTimestamp();
        if (Edits.IsEmpty)
        {
            output.Write(frame.Raw);
            return;
        }

        var data = frame.Data.Trim(" \t\r\n"u8);
        if (frame.Raw.Overlaps(data, out var at))
        {
            output.Write(frame.Raw[..at]);
            Edits.WriteTo(data, output);
            output.Write(frame.Raw[(at + data.Length)..]);
            return;
        }

        // Data of several lines: joined by LF, which inside JSON is mere space.
        _edited.ResetWrittenCount();
        Edits.WriteTo(data, _edited);
        if (!frame.Name.IsEmpty)
        {
            output.Write("event: "u8);
            output.Write(frame.Name);
            output.Write("\n"u8);
        }

        output.Write("data: "u8);
        foreach (var code in _edited.WrittenSpan)
        {
            output.Write([code is (byte)'\n' or (byte)'\r' ? (byte)' ' : code]);
        }

        output.Write("\n\n"u8);
    }

    /// <summary>The event does not pass.</summary>
    protected void Withhold(IBufferWriter<byte> output)
    {
        if (Terms.Time.GetElapsedTime(_spokeAt) >= LifeSignEvery)
        {
            _spokeAt = Terms.Time.GetTimestamp();
            output.Write(LifeSign);
        }
    }

    /// <summary>What cannot be read cannot be judged: the stream ends here, as failed.</summary>
    protected void Fail(IBufferWriter<byte> output)
    {
        HasFailed = true;
        ErrorBody.WriteEvent(output, Terms.Face, UpstreamError.BrokenStream, Terms.RequestId);
    }

    // Comments, blank lines, and fields without a value or that are not data.
    static bool SaysNothing(ReadOnlySpan<byte> raw)
    {
        foreach (var range in raw.SplitAny("\r\n"u8))
        {
            var line = raw[range].TrimStart("\uFEFF"u8);
            if (!line.IsEmpty && line[0] != ':' && !line.StartsWith("event:"u8) && !line.StartsWith("id"u8) && !line.StartsWith("retry"u8)
                && !line.TrimEnd(" :"u8).SequenceEqual("data"u8))
            {
                return false;
            }
        }

        return true;
    }
}
