using System.Buffers.Text;

namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>One value of a JSON text as it stands there, without the white space around it. The default value is one that is
/// absent.</summary>
/// <remarks>Only over text that <see cref="RawScan.IsWellFormed"/> accepted. Every question about a value of another kind is answered
/// with no.</remarks>
readonly ref struct RawValue
{
    /// <summary>Over exactly one value; <see cref="Of"/> finds it in a text.</summary>
    public RawValue(ReadOnlySpan<byte> bytes) => Bytes = bytes;

    /// <summary>The value's own bytes, quotes and brackets included.</summary>
    public ReadOnlySpan<byte> Bytes { get; }

    /// <summary>It is there and is not null, which both APIs take for not being there.</summary>
    public bool IsSet => !Bytes.IsEmpty && Bytes[0] != 'n';

    public bool IsObject => First == '{';

    public bool IsArray => First == '[';

    public bool IsString => First == '"';

    public bool IsTrue => First == 't';

    public bool IsNumber => First is (byte)'-' or (>= (byte)'0' and <= (byte)'9');

    /// <summary>What stands between a string's quotes, escapes as they are; empty when it is no string.</summary>
    public ReadOnlySpan<byte> Text => IsString ? Bytes[1..^1] : default;

    public RawMembers Members => new(IsObject ? Bytes : "{}"u8);

    public RawElements Elements => new(IsArray ? Bytes : "[]"u8);

    /// <summary>An object's first member of that name, which must be ASCII.</summary>
    public RawValue this[ReadOnlySpan<byte> name]
    {
        get
        {
            foreach (var member in Members)
            {
                if (RawText.Equals(member.Name, name))
                {
                    return member.Value;
                }
            }

            return default;
        }
    }

    byte First => Bytes.IsEmpty ? (byte)0 : Bytes[0];

    /// <summary>The root of a checked text.</summary>
    public static RawValue Of(ReadOnlySpan<byte> json)
    {
        var start = RawScan.SkipSpace(json, 0);
        return new(json[start..RawScan.EndOf(json, start)]);
    }

    /// <summary>It is a string and says this, which must be ASCII.</summary>
    public bool Is(ReadOnlySpan<byte> text) => IsString && RawText.Equals(Text, text);

    /// <summary>A whole number of 0 or more as it fits; anything else is <paramref name="otherwise"/>.</summary>
    public int Count(int otherwise) =>
        IsNumber && Utf8Parser.TryParse(Bytes, out int value, out var used) && used == Bytes.Length && value >= 0 ? value : otherwise;
}
