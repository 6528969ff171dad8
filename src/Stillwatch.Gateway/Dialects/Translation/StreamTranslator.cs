using System.Buffers;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>Turns an upstream's stream into the caller's dialect, event by event. One per response; not thread-safe.</summary>
abstract class StreamTranslator
{
    /// <summary>An error event was written: by the upstream's own word, or because its stream became unreadable. Nothing may follow it,
    /// and nothing does.</summary>
    public bool HasFailed { get; protected set; }

    /// <summary>Takes one upstream event and writes the events that follow from it, none or several, whole.</summary>
    public abstract void Write(in SseFrame frame, IBufferWriter<byte> output);

    /// <summary>The upstream's stream has ended. Writes what was held back.</summary>
    /// <returns>False when it ended too early: the caller then gets an error event, never a false end. True also after
    /// <see cref="HasFailed"/>.</returns>
    public abstract bool End(IBufferWriter<byte> output);
}
