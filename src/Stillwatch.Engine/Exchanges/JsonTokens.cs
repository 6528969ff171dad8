using System.Buffers.Text;
using System.Runtime.CompilerServices;
using System.Text.Json;

namespace Stillwatch.Engine.Exchanges;

/// <summary>Walks the tokens of one JSON text: strict RFC 8259, no comments, no trailing commas, a bounded depth.</summary>
/// <remarks>
/// Accepts, refuses and reports exactly what <see cref="Utf8JsonReader"/> does of a whole text, token by token; a property test holds the
/// two together. It exists since that reader goes byte by byte through a string after its first backslash, and prompts are nearly all
/// long strings with line feeds in them: <see cref="JsonStrings"/> goes by vectors. It does not look at UTF-8: check that first.
/// A copy goes on from where it was made.
/// </remarks>
ref struct JsonTokens
{
    /// <summary>The deepest nesting that can be asked for.</summary>
    public const int MostDepth = Levels.Bits;

    readonly ReadOnlySpan<byte> _json;
    readonly int _maxDepth;
    int _at;
    int _depth;
    int _valueStart;
    int _valueLength;
    Levels _isObject; // one bit for each open level

    public JsonTokens(ReadOnlySpan<byte> json, int maxDepth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maxDepth, MostDepth);
        _json = json;
        _maxDepth = maxDepth;
    }

    public JsonTokenType TokenType { get; private set; }

    /// <summary>Where the token begins; of a string, its quote.</summary>
    public int TokenStartIndex { get; private set; }

    /// <summary>Where the token ends; of a name, behind its colon.</summary>
    public readonly int BytesConsumed => _at;

    /// <summary>Whether the string or name holds a backslash.</summary>
    public bool ValueIsEscaped { get; private set; }

    /// <summary>A scalar as it stands in the text, a string or name without its quotes.</summary>
    public readonly ReadOnlySpan<byte> ValueSpan => _json.Slice(_valueStart, _valueLength);

    /// <summary>How many objects and arrays the token lies in.</summary>
    public readonly int CurrentDepth => TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? _depth - 1 : _depth;

    /// <summary>Steps to the next token; false at the end of the text.</summary>
    /// <exception cref="JsonException">What follows is no JSON, or nested too deep.</exception>
    public bool Read()
    {
        var at = SkipSpace(_at);
        if (TokenType == JsonTokenType.None)
        {
            return ReadValue(at);
        }

        if (_depth == 0)
        {
            return at == _json.Length ? false : throw Broken();
        }

        var next = ByteAt(at);
        switch (TokenType)
        {
            case JsonTokenType.PropertyName:
                return ReadValue(at);
            case JsonTokenType.StartObject:
                return next == '}' ? Close(at, JsonTokenType.EndObject) : ReadName(at);
            case JsonTokenType.StartArray:
                return next == ']' ? Close(at, JsonTokenType.EndArray) : ReadValue(at);
        }

        var isObject = _isObject.Has(_depth - 1);
        if (next == ',')
        {
            at = SkipSpace(at + 1);
            return isObject ? ReadName(at) : ReadValue(at);
        }

        return next == (isObject ? '}' : ']') ? Close(at, isObject ? JsonTokenType.EndObject : JsonTokenType.EndArray) : throw Broken();
    }

    /// <summary>Steps to the end of the object or array that begins here; over the value of a name; otherwise stays.</summary>
    public void Skip()
    {
        if (TokenType == JsonTokenType.PropertyName)
        {
            Read();
        }

        if (TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
        {
            var outside = _depth - 1;
            do
            {
                Read();
            }
            while (_depth > outside);
        }
    }

    /// <summary>The number, when it is written as a whole one and fits.</summary>
    public readonly bool TryGetInt64(out long value)
    {
        var isWhole = Utf8Parser.TryParse(ValueSpan, out value, out int read) && read == _valueLength;
        value = isWhole ? value : 0;
        return isWhole;
    }

    /// <summary>The number; infinite when it is beyond what a double holds.</summary>
    public readonly bool TryGetDouble(out double value) => Utf8Parser.TryParse(ValueSpan, out value, out int read) && read == _valueLength;

    bool ReadValue(int at)
    {
        var first = ByteAt(at);
        switch (first)
        {
            case (byte)'"':
                _at = ReadString(at);
                TokenType = JsonTokenType.String;
                return true;
            case (byte)'{':
                return Open(at, JsonTokenType.StartObject);
            case (byte)'[':
                return Open(at, JsonTokenType.StartArray);
            case (byte)'t':
                return ReadLiteral(at, "true"u8, JsonTokenType.True);
            case (byte)'f':
                return ReadLiteral(at, "false"u8, JsonTokenType.False);
            case (byte)'n':
                return ReadLiteral(at, "null"u8, JsonTokenType.Null);
            default:
                return ReadNumber(at);
        }
    }

    bool ReadName(int at)
    {
        if (ByteAt(at) != '"')
        {
            throw Broken();
        }

        var end = SkipSpace(ReadString(at));
        if (ByteAt(end) != ':')
        {
            throw Broken();
        }

        _at = end + 1;
        TokenType = JsonTokenType.PropertyName;
        return true;
    }

    // What follows the closing quote.
    int ReadString(int quote)
    {
        var end = JsonStrings.EndOf(_json, quote + 1, out var isEscaped);
        if (end < 0)
        {
            throw Broken();
        }

        ValueIsEscaped = isEscaped;
        Mark(quote, quote + 1, end);
        return end + 1;
    }

    bool Open(int at, JsonTokenType type)
    {
        if (_depth == _maxDepth)
        {
            throw Broken();
        }

        _isObject.Set(_depth++, type == JsonTokenType.StartObject);
        return Bracket(at, type);
    }

    bool Close(int at, JsonTokenType type)
    {
        _depth--;
        return Bracket(at, type);
    }

    bool Bracket(int at, JsonTokenType type)
    {
        Mark(at, at, at + 1);
        _at = at + 1;
        TokenType = type;
        return true;
    }

    bool ReadLiteral(int at, ReadOnlySpan<byte> literal, JsonTokenType type)
    {
        if (!_json[at..].StartsWith(literal))
        {
            throw Broken();
        }

        Mark(at, at, at + literal.Length);
        _at = at + literal.Length;
        TokenType = type;
        return true;
    }

    bool ReadNumber(int start)
    {
        var at = start + (ByteAt(start) == '-' ? 1 : 0);
        at = ByteAt(at) == '0' ? at + 1 : SkipDigits(at);
        if (ByteAt(at) == '.')
        {
            at = SkipDigits(at + 1);
        }

        if ((ByteAt(at) | 0x20) == 'e')
        {
            at++;
            at = SkipDigits(at + (ByteAt(at) is (byte)'+' or (byte)'-' ? 1 : 0));
        }

        // What may end a number is looked at now and not with the next token; as in the platform's reader, where a slash may begin a comment.
        if (at == _json.Length ? _depth > 0 : !",]} \n\r\t/"u8.Contains(_json[at]))
        {
            throw Broken();
        }

        Mark(start, start, at);
        _at = at;
        TokenType = JsonTokenType.Number;
        return true;
    }

    // One digit at least.
    readonly int SkipDigits(int from)
    {
        var at = from;
        while (ByteAt(at) is >= (byte)'0' and <= (byte)'9')
        {
            at++;
        }

        return at > from ? at : throw Broken();
    }

    void Mark(int token, int valueStart, int valueEnd) =>
        (TokenStartIndex, _valueStart, _valueLength) = (token, valueStart, valueEnd - valueStart);

    // Zero, which is nowhere allowed, at the end.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly byte ByteAt(int at) => (uint)at < (uint)_json.Length ? _json[at] : (byte)0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    readonly int SkipSpace(int at)
    {
        while (ByteAt(at) is (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t')
        {
            at++;
        }

        return at;
    }

    static JsonException Broken() => new();

    [InlineArray(Bits / 64)]
    struct Levels
    {
        public const int Bits = 256;

        ulong _first;

        public readonly bool Has(int level) => ((this[level >> 6] >> level) & 1) != 0;

        public void Set(int level, bool value)
        {
            var bit = 1UL << level;
            this[level >> 6] = value ? this[level >> 6] | bit : this[level >> 6] & ~bit;
        }
    }
}
