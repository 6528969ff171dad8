using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Stillwatch.Gateway.Development;

/// <summary>What the development upstream says to one request: the same words for the same request, whatever the dialect. Enumerate once; not thread-safe.</summary>
sealed class Reply(DevelopmentRequest request, long number)
{
    const int PieceBytes = 16;

    static readonly byte[] Thought = "Nothing is thought here: these words stand in for the reasoning of a model. "u8.ToArray();

    /// <summary>Four pieces long, so that a slow stream has as many events as it was asked for.</summary>
    static readonly byte[] Filler = "still water runs deep, and a quiet pipe tells more than a bell! "u8.ToArray();
    static readonly byte[] Refused = "Stillwatch's development upstream was asked to refuse, so it"u8.ToArray();

    public DevelopmentRequest Request => request;

    /// <summary>Counts replies; the ids are made of it.</summary>
    public long Number => number;

    /// <summary>Final once the pieces were enumerated, as are the counts.</summary>
    public StopReason StopReason { get; private set; } = StopReason.EndTurn;

    /// <summary>A quarter of the bytes said, thinking included, whether or not it was shown.</summary>
    public int OutputTokens { get; private set; }

    public int ThinkingTokens { get; private set; }

    // Cached input is made up, but always the same part of the whole.
    public int CacheReadTokens => request.HasCacheControl ? Math.Max(1, request.InputTokens / 2) : 0;

    public int CacheWriteTokens => request.HasCacheControl ? Math.Max(1, request.InputTokens / 4) : 0;

    public int UncachedTokens => Math.Max(1, request.InputTokens - CacheReadTokens - CacheWriteTokens);

    bool CallsTool => request.ToolName.ValueKind != JsonValueKind.Undefined;

    /// <param name="isStream">Faults in the middle happen to streams only.</param>
    public IEnumerable<Piece> Pieces(bool isStream)
    {
        if (request.Thinking)
        {
            yield return new(PieceKind.ThinkingStart);
            for (var at = 0; at < Thought.Length;)
            {
                var length = Cut(Thought, at);
                Count(length);
                yield return new(PieceKind.ThinkingDelta, Thought.AsMemory(at, length));
                at += length;
            }

            ThinkingTokens = OutputTokens;
            yield return new(PieceKind.ThinkingEnd);
        }

        var fault = !isStream ? default(PieceKind?)
            : request.Wish.ErrorMidstream ? PieceKind.Error
            : request.Wish.Truncate ? PieceKind.Truncate
            : request.Wish.Cut ? PieceKind.Cut
            : null;
        var text = Text();
        var (source, bytes) = (text ?? Filler, text?.Length ?? FillerBytes);
        var faultAt = fault is null ? long.MaxValue : bytes / 2;
        yield return new(PieceKind.TextStart);
        for (long at = 0; at < bytes && StopReason != StopReason.MaxTokens;)
        {
            if (at >= faultAt)
            {
                yield return new(fault!.Value);
                yield break;
            }

            var from = (int)(at % source.Length);
            var length = (int)Math.Min(Cut(source, from), bytes - at);
            if (OutputTokens + Tokens(length) > request.MaxTokens)
            {
                StopReason = StopReason.MaxTokens;
                break;
            }

            Count(length);
            yield return new(PieceKind.TextDelta, source.AsMemory(from, length));
            at += length;
        }

        yield return new(PieceKind.TextEnd);
        if (request.Wish.Refusal)
        {
            StopReason = StopReason.Refusal;
        }
        else if (CallsTool && StopReason != StopReason.MaxTokens)
        {
            StopReason = StopReason.ToolUse;
            var arguments = SchemaFiller.Fill(request.ToolSchema);
            yield return new(PieceKind.ToolStart);
            for (var at = 0; at < arguments.Length;)
            {
                var length = Cut(arguments, at);
                Count(length);
                yield return new(PieceKind.ToolDelta, arguments.AsMemory(at, length));
                at += length;
            }

            yield return new(PieceKind.ToolEnd);
        }
    }

    long FillerBytes => request.Wish.Endless ? long.MaxValue
        : request.Wish.SlowEvents > 0 ? request.Wish.SlowEvents * (long)PieceBytes
        : request.Wish.LongWords * 5L; // English words are about that long, space included

    /// <summary>The text, as the inside of a JSON string; null for filler.</summary>
    byte[]? Text()
    {
        var wish = request.Wish;
        if (wish.Refusal)
        {
            return Refused;
        }

        if (wish.Endless || wish.SlowEvents > 0 || wish.LongWords > 0)
        {
            return null;
        }

        if (request.FormatSchema.ValueKind != JsonValueKind.Undefined)
        {
            return JsonEncodedBytes(SchemaFiller.Fill(request.FormatSchema));
        }

        if (wish.Echo)
        {
            return DevelopmentRequest.Inner(request.LastUserText).ToArray();
        }

        return Encoding.ASCII.GetBytes(request.ToolResultBytes >= 0
            ? $"Stillwatch's development upstream, not a model, has read a tool result of {request.ToolResultBytes} bytes."
            : CallsTool ? "Stillwatch's development upstream, not a model, now calls a tool."
            : $"This answer comes from Stillwatch's development upstream; no model was asked. Your last message has {request.LastUserTextBytes} bytes.");
    }

    static byte[] JsonEncodedBytes(byte[] text)
    {
        var output = new ArrayBufferWriter<byte>(text.Length + 32);
        output.AddEscaped(text);
        return output.WrittenSpan.ToArray();
    }

    void Count(int bytes) => OutputTokens += Tokens(bytes);

    static int Tokens(int bytes) => (bytes + 3) / 4;

    /// <summary>Length of the next piece: it never splits an escape or a character, but may part the two escapes of a surrogate pair, as models do.</summary>
    static int Cut(byte[] json, int at)
    {
        var end = at;
        while (end < json.Length && end - at < PieceBytes)
        {
            end += json[end] != (byte)'\\' ? 1 : end + 1 < json.Length && json[end + 1] == (byte)'u' ? 6 : 2;
            while (end < json.Length && (json[end] & 0xC0) == 0x80)
            {
                end++;
            }
        }

        return Math.Min(end, json.Length) - at;
    }
}

enum StopReason
{
    EndTurn,
    MaxTokens,
    ToolUse,
    Refusal,
}
