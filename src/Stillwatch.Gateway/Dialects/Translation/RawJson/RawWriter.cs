using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>Writes JSON from raw pieces: it knows commas and nothing else, so a piece is never re-encoded. Not thread-safe.</summary>
/// <remarks>Beside Utf8JsonWriter because a string made of several raw pieces (a data URI around 20 MB of base64) need not be put
/// together first.</remarks>
sealed class RawWriter(IBufferWriter<byte> output)
{
    IBufferWriter<byte> _output = output;
    bool _comma;

    /// <summary>Begins anew, a value of its own, in the same or another output.</summary>
    public RawWriter To(IBufferWriter<byte> output)
    {
        _output = output;
        _comma = false;
        return this;
    }

    public void BeginObject() => Begin("{"u8);

    public void EndObject() => End("}"u8);

    public void BeginArray() => Begin("["u8);

    public void EndArray() => End("]"u8);

    /// <summary>A member's name, plain ASCII without escapes.</summary>
    public RawWriter Name(ReadOnlySpan<byte> name)
    {
        Separate();
        _output.Write("\""u8);
        _output.Write(name);
        _output.Write("\":"u8);
        _comma = false;
        return this;
    }

    /// <summary>A whole value as it is spelled.</summary>
    public void Raw(ReadOnlySpan<byte> json)
    {
        Separate();
        _output.Write(json);
        _comma = true;
    }

    /// <summary>A string from text that is already spelled for JSON.</summary>
    public void Text(ReadOnlySpan<byte> spelled)
    {
        OpenText();
        Piece(spelled);
        CloseText();
    }

    /// <summary>A string from a .NET string, with what UTF-8 cannot hold replaced.</summary>
    public void String(string value)
    {
        OpenText();
        PieceOf(Encoding.UTF8.GetBytes(value));
        CloseText();
    }

    public void Number(long value)
    {
        Span<byte> digits = stackalloc byte[20];
        Utf8Formatter.TryFormat(value, digits, out var length);
        Raw(digits[..length]);
    }

    public void OpenText()
    {
        Separate();
        _output.Write("\""u8);
    }

    /// <summary>A piece of an open string, already spelled for JSON.</summary>
    public void Piece(ReadOnlySpan<byte> spelled) => _output.Write(spelled);

    /// <summary>A piece of an open string that must be spelled first: JSON inside a string, for one.</summary>
    public void PieceOf(ReadOnlySpan<byte> text) => RawText.Escape(text, _output);

    public void CloseText()
    {
        _output.Write("\""u8);
        _comma = true;
    }

    void Begin(ReadOnlySpan<byte> bracket)
    {
        Separate();
        _output.Write(bracket);
        _comma = false;
    }

    void End(ReadOnlySpan<byte> bracket)
    {
        _output.Write(bracket);
        _comma = true;
    }

    void Separate()
    {
        if (_comma)
        {
            _output.Write(","u8);
        }
    }
}
