using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Stillwatch.Console.Reports.Html;

/// <summary>A piece of finished markup. The only way to make one is an interpolated string, whose holes are escaped.</summary>
/// <remarks>
/// <c>Markup.Of($"&lt;p&gt;{name}&lt;/p&gt;")</c> escapes <c>name</c>; a hole that is itself <see cref="Markup"/> goes in as it stands.
/// Attribute values must be quoted: quotes are escaped, blanks are not. Numbers are written in the invariant culture.
/// Output is XHTML-compatible, so a test can parse the whole page as XML.
/// </remarks>
public readonly struct Markup
{
    readonly string? _text;

    Markup(string text) => _text = text;

    public static Markup Empty => default;

    public bool IsEmpty => string.IsNullOrEmpty(_text);

    public static Markup Of(MarkupBuilder builder) => new(builder.Finish());

    /// <summary>All pieces, one after the other.</summary>
    public static Markup All(IEnumerable<Markup> pieces) => new(string.Concat(pieces.Select(piece => piece._text)));

    /// <summary>The stylesheet: our own file, never a reader's or a caller's text.</summary>
    internal static Markup OfOwnStylesheet(string css) => new(css);

    public override string ToString() => _text ?? "";
}

/// <summary>Collects an interpolated string and escapes its holes.</summary>
[InterpolatedStringHandler]
public readonly struct MarkupBuilder(int literalLength, int holes)
{
    readonly StringBuilder _text = new(literalLength + (holes * 16));

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(Markup markup) => _text.Append(markup.ToString());

    public void AppendFormatted(IEnumerable<Markup> pieces)
    {
        foreach (var piece in pieces)
        {
            _text.Append(piece.ToString());
        }
    }

    public void AppendFormatted(string? text) => Escape(text);

    public void AppendFormatted(int number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");

    /// <summary>Coordinates: two decimals are a fiftieth of a pixel.</summary>
    public void AppendFormatted(double number) => _text.Append(CultureInfo.InvariantCulture, $"{number:0.##}");

    internal string Finish() => _text.ToString();

    void Escape(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            switch (rune.Value)
            {
                case '&': _text.Append("&amp;"); break;
                case '<': _text.Append("&lt;"); break;
                case '>': _text.Append("&gt;"); break;
                case '"': _text.Append("&quot;"); break;
                case '\'': _text.Append("&#39;"); break;
                default: _text.Append(IsShown(rune.Value) ? rune.ToString() : "\uFFFD"); break;
            }
        }
    }

    /// <summary>False for what XML forbids and for the marks that turn the reading direction: they could disguise a name.</summary>
    static bool IsShown(int rune) =>
        rune is '\t' or '\n' or >= 0x20
        && rune is not (>= 0x7F and <= 0x9F or 0x200E or 0x200F or >= 0x202A and <= 0x202E or >= 0x2066 and <= 0x2069 or 0xFFFE or 0xFFFF);
}
