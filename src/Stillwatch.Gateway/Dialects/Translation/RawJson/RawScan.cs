using System.Buffers;
using System.Text.Json;

namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>Finds where values begin and end in JSON that was checked once; after the check nothing here can fail.</summary>
/// <remarks>
/// Checked by <see cref="Utf8JsonReader"/>, then only sliced: numbers such as 1e400, lone surrogate escapes and odd spellings go
/// through translation byte for byte, since nothing is ever turned into a .NET value and back.
/// </remarks>
static class RawScan
{
    /// <summary>Nesting beyond this is refused; the edge refuses requests earlier, this bounds what an upstream may send.</summary>
    public const int MaxDepth = 256;

    static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);

    /// <summary>One whole JSON value and nothing after it but white space.</summary>
    public static bool IsWellFormed(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    public static int SkipSpace(ReadOnlySpan<byte> json, int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }

        return at;
    }

    /// <summary>The index after the value that begins at <paramref name="start"/>.</summary>
    public static int EndOf(ReadOnlySpan<byte> json, int start) => json[start] switch
    {
        (byte)'"' => EndOfString(json, start),
        (byte)'{' or (byte)'[' => EndOfContainer(json, start),
        _ => EndOfLiteral(json, start),
    };

    static int EndOfString(ReadOnlySpan<byte> json, int start)
    {
        var at = start + 1;
        while (true)
        {
            var step = json[at..].IndexOfAny((byte)'"', (byte)'\\');
            at += step;
            if (json[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }

    static int EndOfContainer(ReadOnlySpan<byte> json, int start)
    {
        var depth = 0;
        var at = start;
        while (true)
        {
            at += json[at..].IndexOfAny(Structure);
            switch (json[at])
            {
                case (byte)'"':
                    at = EndOfString(json, at);
                    continue;
                case (byte)'{' or (byte)'[':
                    depth++;
                    break;
                default:
                    depth--;
                    break;
            }

            at++;
            if (depth == 0)
            {
                return at;
            }
        }
    }

    static int EndOfLiteral(ReadOnlySpan<byte> json, int start)
    {
        var length = json[start..].IndexOfAny(",]} \t\n\r"u8);
        return length < 0 ? json.Length : start + length;
    }
}
