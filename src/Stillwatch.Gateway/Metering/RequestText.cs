using System.Buffers;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Metering;

/// <summary>Everything in a request body that a model reads, as one text to count: system, tools, messages, tool calls and their results.</summary>
/// <remarks>
/// Reads either dialect by the names of members, tolerantly: what is not JSON ends the reading. Keeps the first <see cref="MaxKeptBytes"/>
/// in a pooled buffer, of the rest only the length. Not exact by nature: each model frames its input in a template of its own.
/// </remarks>
ref struct RequestText : IDisposable
{
    public const int MaxKeptBytes = 1024 * 1024;

    // OpenAI's cookbook, "How to count tokens with tiktoken": 3 tokens frame a message, 3 prime the reply; a function costs 7, all of them 12.
    const int TokensPerMessage = 3;
    const int TokensOfReply = 3;
    const int TokensPerTool = 7;
    const int TokensOfTools = 12;

    // Anthropic's documentation of tool use: a system prompt of 346 tokens comes with any tool (tool_choice auto, the Claude 4 models).
    const int TokensOfAnthropicTools = 346;

    // Images by a flat rate, since they are not decoded. Anthropic: width x height / 750, scaled down to at most about 1,600.
    // OpenAI: 85 + 170 per tile of 512 pixels, four tiles for 1024 x 1024.
    const int TokensPerAnthropicImage = 1600;
    const int TokensPerOpenAiImage = 765;

    // A document is taken for one page; Anthropic's documentation of PDF support gives a page 1,500 to 3,000 tokens.
    const int TokensPerDocument = 3000;

    readonly ReadOnlySpan<byte> _body;
    readonly byte[] _kept;
    int _keptLength;

    public RequestText(ReadOnlySpan<byte> body)
    {
        _body = body;
        _kept = ArrayPool<byte>.Shared.Rent(Math.Min(body.Length, MaxKeptBytes) + 1);
        FlatTokens = TokensOfReply;
        try
        {
            var reader = JsonMembers.Open(ref _body);
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                ReadRequest(ref reader);
            }
        }
        catch (JsonException)
        {
            // Counted as far as it could be read; nobody answers such a body anyway.
        }
    }

    public readonly ReadOnlySpan<byte> Kept => _kept.AsSpan(0, _keptLength);

    /// <summary>Bytes of all the text in UTF-8, kept or not.</summary>
    public long TextBytes { get; private set; }

    /// <summary>What comes on top of the text: framing, images, documents.</summary>
    public long FlatTokens { get; private set; }

    public readonly void Dispose() => ArrayPool<byte>.Shared.Return(_kept);

    void ReadRequest(ref Utf8JsonReader reader)
    {
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("system"u8): ReadContent(ref reader); break;
                case var _ when name.SequenceEqual("messages"u8) && reader.TokenType == JsonTokenType.StartArray:
                    while (JsonMembers.NextElement(ref reader))
                    {
                        FlatTokens += TokensPerMessage;
                        ReadParts(ref reader);
                    }

                    break;
                case var _ when (name.SequenceEqual("tools"u8) || name.SequenceEqual("functions"u8)) && reader.TokenType == JsonTokenType.StartArray:
                    ReadTools(ref reader);
                    break;
                case var _ when name.SequenceEqual("output_config"u8) || name.SequenceEqual("response_format"u8):
                    AddJson(JsonMembers.RawValue(ref reader, _body));
                    break;
                default: reader.Skip(); break;
            }
        }
    }

    void ReadTools(ref Utf8JsonReader reader)
    {
        var (tools, isAnthropic) = (0, false);
        while (JsonMembers.NextElement(ref reader))
        {
            var tool = JsonMembers.RawValue(ref reader, _body);
            isAnthropic |= tool.IndexOf("\"input_schema\""u8) >= 0;
            AddJson(tool);
            tools++;
        }

        FlatTokens += tools == 0 ? 0 : (tools * TokensPerTool) + (isAnthropic ? TokensOfAnthropicTools : TokensOfTools);
    }

    // A string, a block, or an array of blocks, to any depth.
    void ReadContent(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String: AddText(reader.ValueSpan); break;
            case JsonTokenType.StartObject: ReadParts(ref reader); break;
            case JsonTokenType.StartArray:
                while (JsonMembers.NextElement(ref reader))
                {
                    ReadContent(ref reader);
                }

                break;
            default: break;
        }
    }

    // A message, a block or a tool call: the members a model reads; ids, types and signatures are none.
    void ReadParts(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            ReadContent(ref reader);
            return;
        }

        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("content"u8) || name.SequenceEqual("text"u8) || name.SequenceEqual("thinking"u8)
                    || name.SequenceEqual("name"u8) || name.SequenceEqual("title"u8) || name.SequenceEqual("context"u8)
                    || name.SequenceEqual("reasoning_content"u8) || name.SequenceEqual("arguments"u8) || name.SequenceEqual("refusal"u8)
                    || name.SequenceEqual("tool_calls"u8) || name.SequenceEqual("function"u8) || name.SequenceEqual("function_call"u8):
                    ReadContent(ref reader);
                    break;
                case var _ when name.SequenceEqual("input"u8): AddJson(JsonMembers.RawValue(ref reader, _body)); break;
                case var _ when name.SequenceEqual("source"u8): ReadSource(ref reader); break;
                case var _ when name.SequenceEqual("image_url"u8):
                    FlatTokens += TokensPerOpenAiImage;
                    reader.Skip();
                    break;
                case var _ when name.SequenceEqual("file"u8) || name.SequenceEqual("input_audio"u8):
                    FlatTokens += TokensPerDocument;
                    reader.Skip();
                    break;
                default: reader.Skip(); break;
            }
        }
    }

    // Of an image or a document (Anthropic). Only plain text is text.
    void ReadSource(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }

        ReadOnlySpan<byte> type = default, media = default, data = default;
        while (JsonMembers.Next(ref reader, out var name))
        {
            switch (name)
            {
                case var _ when name.SequenceEqual("type"u8): type = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("media_type"u8): media = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("data"u8): data = JsonMembers.RawString(ref reader); break;
                case var _ when name.SequenceEqual("content"u8): ReadContent(ref reader); break;
                default: reader.Skip(); break;
            }
        }

        if (type.SequenceEqual("text"u8))
        {
            AddText(data);
        }
        else if (!type.SequenceEqual("content"u8))
        {
            FlatTokens += media.StartsWith("application/"u8) ? TokensPerDocument : TokensPerAnthropicImage;
        }
    }

    void AddText(ReadOnlySpan<byte> raw)
    {
        var bytes = EscapedText.Measure(raw, out _);
        if (bytes == 0)
        {
            return;
        }

        var room = _kept.AsSpan(0, Math.Min(_kept.Length, MaxKeptBytes))[_keptLength..];
        _keptLength += JsonText.Unescape(raw, room, out _);
        Separate(bytes);
    }

    void AddJson(ReadOnlySpan<byte> json)
    {
        var room = Math.Min(_kept.Length, MaxKeptBytes) - _keptLength;
        var part = json[..Math.Min(json.Length, room)];
        part.CopyTo(_kept.AsSpan(_keptLength));
        _keptLength += part.Length;
        Separate(json.Length);
    }

    // The quotes and names around each text leave room for a line feed after it.
    void Separate(int bytes)
    {
        if (_keptLength < _kept.Length && _keptLength < MaxKeptBytes)
        {
            _kept[_keptLength++] = (byte)'\n';
            bytes++;
        }

        TextBytes += bytes;
    }
}
