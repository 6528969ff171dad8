using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Metering;

/// <summary>What the side parser has read of one response so far: usage, how it ended, and what the sketch needs of the output.</summary>
/// <remarks>Fed with the upstream's own bytes, before any translation. Reading never fails: what cannot be read is left unknown. Not thread-safe.</remarks>
sealed partial class ResponseReading(Dialect dialect) : IDisposable
{
    const int MaxRawUsageBytes = 4096;
    const int MaxIdBytes = 256;

    // Encrypted reasoning comes as base64: three bytes in four characters.
    const double PlainPerBase64 = 0.75;

    bool _ended;
    bool _whole;
    PooledCopy _rawUsage;
    PooledCopy _responseId;
    PooledCopy _lastToolId;
    PooledSample _sample;

    public Dialect Dialect { get; } = dialect;

    /// <summary>Counts the upstream stated so far; null is unknown. In a stream a later statement replaces an earlier one, field by field.</summary>
    public int? InputTokens { get; private set; }

    public int? CacheReadTokens { get; private set; }

    public int? CacheWriteTokens { get; private set; }

    public int? OutputTokens { get; private set; }

    /// <summary>
    /// Whether <see cref="OutputTokens"/> is the final count: a last <c>message_delta</c>, a usage chunk or the usage of the chunk that ends every
    /// choice, or a whole body. What is generated after it takes that back.
    /// </summary>
    public bool OutputIsFinal { get; private set; }

    /// <summary>The upstream's own usage object, its last statement, for the ledger; empty when none or over 4 KiB.</summary>
    public ReadOnlySpan<byte> RawUsage => _rawUsage.Span;

    /// <summary>The upstream's id of the response, as it stands in the JSON; empty when none, or over 256 bytes.</summary>
    public ReadOnlySpan<byte> ResponseId => _responseId.Span;

    /// <summary>The stream's own end was seen (<c>message_stop</c>; <c>[DONE]</c>, or a finish reason on every choice), or a whole body was read.</summary>
    public bool IsComplete => _ended || (_choices != 0 && _choices == _finishedChoices);

    /// <summary>The upstream stated an error inside the stream.</summary>
    public bool HasError { get; private set; }

    /// <summary>Why the model stopped, as far as it said.</summary>
    public StopKind Stop { get; private set; }

    /// <summary>Text, reasoning and tool arguments generated so far, in bytes of UTF-8 without JSON's escapes: what an estimate is made from.</summary>
    public long GeneratedBytes { get; private set; }

    /// <summary>The part of <see cref="GeneratedBytes"/> that is not ASCII: such text has fewer bytes to a token.</summary>
    public long GeneratedOtherBytes { get; private set; }

    /// <summary>The first 4 KiB of what was generated, of any kind, as text: what the tokens of the rest are estimated from.</summary>
    public ReadOnlySpan<byte> GeneratedSample => _sample.Span;

    /// <summary>Tools the model asked the client to run.</summary>
    public int ToolUses { get; private set; }

    /// <summary>Text the model said and ids it was issued, for the sketch.</summary>
    public OutputText Output { get; } = new();

    /// <summary>Told of the same texts and ids as <see cref="Output"/>; null unless the operator logs content.</summary>
    public ContentCapture? Content { get; init; }

    /// <summary>Reads one event of a stream.</summary>
    public void ReadEvent(in SseFrame frame)
    {
        try
        {
            if (Dialect == Dialect.Anthropic)
            {
                ReadAnthropicEvent(frame);
            }
            else
            {
                ReadOpenAiEvent(frame);
            }
        }
        catch (JsonException)
        {
            // Not JSON from here on: what was read of it before stands, the rest stays unknown.
        }
    }

    /// <summary>Reads a whole response body.</summary>
    public void ReadBody(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = JsonMembers.Open(ref json);
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return;
            }

            OutputTokens = null;
            _whole = true;
            if (Dialect == Dialect.Anthropic)
            {
                ReadMessage(ref reader, json);
            }
            else
            {
                ReadChunk(ref reader, json);
            }

            reader.Read(); // throws when more than white space follows
            _ended = !HasError;
            OutputIsFinal = OutputTokens is not null;
        }
        catch (JsonException)
        {
            // A body that broke off: what was read before stands.
        }
    }

    /// <summary>Looks for the usage object in the end of a body too long to keep; the last one that can be read counts.</summary>
    /// <param name="end">The body's last bytes, from anywhere in it.</param>
    /// <param name="unreadBytes">Bytes of the body after what <see cref="ReadBody"/> saw; taken for generated.</param>
    public void ReadBodyEnd(ReadOnlySpan<byte> end, long unreadBytes)
    {
        GeneratedBytes += unreadBytes;
        for (var rest = end; rest.LastIndexOf("\"usage\""u8) is >= 0 and var at; rest = rest[..at])
        {
            var value = end[(at + "\"usage\""u8.Length)..].TrimStart(" \t\r\n:"u8);
            try
            {
                var reader = JsonMembers.Open(ref value);
                if (reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadUsage(ref reader, value);
                    OutputIsFinal = OutputTokens is not null;
                    return;
                }
            }
            catch (JsonException)
            {
                // These seven letters stood in a text; look further up.
            }
        }
    }

    public void Dispose()
    {
        Output.Dispose();
        _rawUsage.Dispose();
        _responseId.Dispose();
        _lastToolId.Dispose();
        _sample.Dispose();
    }

    void ReadUsage(ref Utf8JsonReader reader, ReadOnlySpan<byte> json)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        var start = (int)reader.TokenStartIndex;
        var usage = Dialect == Dialect.Anthropic ? StatedUsage.ReadAnthropic(ref reader) : StatedUsage.ReadOpenAi(ref reader);
        InputTokens = usage.InputTokens ?? InputTokens;
        CacheReadTokens = usage.CacheReadTokens ?? CacheReadTokens;
        CacheWriteTokens = usage.CacheWriteTokens ?? CacheWriteTokens;
        OutputTokens = usage.OutputTokens ?? OutputTokens;
        _rawUsage.Set(json[start..(int)reader.BytesConsumed], MaxRawUsageBytes);
    }

    void NoteResponseId(ReadOnlySpan<byte> id)
    {
        if (!id.IsEmpty && ResponseId.IsEmpty)
        {
            _responseId.Set(id, MaxIdBytes);
            Output.AddIssuedId(id);
        }
    }

    // Some upstreams repeat a call's id in each of its deltas.
    void NoteToolUse(ReadOnlySpan<byte> id)
    {
        if (!id.IsEmpty && !id.SequenceEqual(_lastToolId.Span))
        {
            _lastToolId.Set(id, MaxIdBytes);
            ToolUses++;
            Output.AddIssuedId(id);
            Content?.AddToolUse(id);
        }
    }

    // Text between the quotes of a JSON string.
    void NoteGenerated(ReadOnlySpan<byte> raw)
    {
        if (!raw.IsEmpty)
        {
            Generate(EscapedText.Measure(raw, out var other), other);
            _sample.Add(raw);
        }
    }

    // JSON that the model wrote and the upstream passed on as such; its escapes are the model's own.
    void NoteGeneratedJson(ReadOnlySpan<byte> json)
    {
        Generate(json.Length, TokenCounter.CountOther(json));
        _sample.AddPlain(json);
    }

    // What cannot be read but was generated: only its length is known.
    void NoteEncrypted(ReadOnlySpan<byte> base64) => Generate((long)(base64.Length * PlainPerBase64), 0);

    void Generate(long bytes, long otherBytes)
    {
        GeneratedBytes += bytes;
        GeneratedOtherBytes += otherBytes;
        OutputIsFinal &= bytes == 0;
    }
}
