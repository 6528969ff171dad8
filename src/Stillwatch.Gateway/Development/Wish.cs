using System.Buffers.Text;

namespace Stillwatch.Gateway.Development;

/// <summary>What a caller asked the development upstream to do, in words such as <c>[dev:slow 20x50ms]</c>; docs/development-upstream.md lists them.</summary>
/// <remarks>Several words in one message add up; an unknown one does nothing. Values beyond their bounds are cut to them.</remarks>
readonly record struct Wish
{
    const int LongestWordBytes = 96;
    const int MostWords = 200_000;
    const int MostEvents = 100_000;
    const int LongestPauseMs = 600_000;

    public bool Thinking { get; init; }

    public bool Tool { get; init; }

    /// <summary>Name of the tool to call, in UTF-8; null or empty for the first one offered.</summary>
    public byte[]? ToolName { get; init; }

    /// <summary>HTTP status to fail with, 400..599; 0 for none.</summary>
    public int ErrorStatus { get; init; }

    /// <summary>How many times the same text fails before it succeeds; 0 for always.</summary>
    public int ErrorTimes { get; init; }

    public bool ErrorMidstream { get; init; }

    public bool Truncate { get; init; }

    public bool Cut { get; init; }

    public bool Endless { get; init; }

    public bool Refusal { get; init; }

    public bool Echo { get; init; }

    /// <summary>Words of text to write; 0 for the usual sentence.</summary>
    public int LongWords { get; init; }

    /// <summary>Text events of a slow stream; 0 for a quick one.</summary>
    public int SlowEvents { get; init; }

    public TimeSpan Pause { get; init; }

    public TimeSpan Silence { get; init; }

    /// <param name="text">Raw JSON: the words are plain ASCII, so nobody need unescape a text to find them.</param>
    public static Wish Read(ReadOnlySpan<byte> text)
    {
        var wish = default(Wish);
        while (text.IndexOf("[dev:"u8) is >= 0 and var start)
        {
            text = text[(start + 5)..];
            var end = text[..Math.Min(text.Length, LongestWordBytes)].IndexOf((byte)']');
            if (end > 0)
            {
                wish = wish.With(text[..end]);
                text = text[end..];
            }
        }

        return wish;
    }

    Wish With(ReadOnlySpan<byte> word)
    {
        var space = word.IndexOf((byte)' ');
        var name = space < 0 ? word : word[..space];
        var rest = space < 0 ? default : word[(space + 1)..];
        switch (name)
        {
            case var n when n.SequenceEqual("thinking"u8):
                return this with { Thinking = true };
            case var n when n.SequenceEqual("tool"u8):
                return this with { Tool = true, ToolName = rest.ToArray() };
            case var n when n.SequenceEqual("error-midstream"u8):
                return this with { ErrorMidstream = true };
            case var n when n.SequenceEqual("truncate"u8):
                return this with { Truncate = true };
            case var n when n.SequenceEqual("cut"u8):
                return this with { Cut = true };
            case var n when n.SequenceEqual("endless"u8):
                return this with { Endless = true };
            case var n when n.SequenceEqual("refusal"u8):
                return this with { Refusal = true };
            case var n when n.SequenceEqual("echo"u8):
                return this with { Echo = true };
            case var n when n.SequenceEqual("long"u8):
                return this with { LongWords = Number(rest, MostWords, out _) };
            case var n when n.SequenceEqual("silent"u8):
                return this with { Silence = Duration(rest) };
            case var n when n.SequenceEqual("slow"u8):
                var events = Number(rest, MostEvents, out var digits);
                return this with { SlowEvents = events, Pause = Duration(rest[Math.Min(digits + 1, rest.Length)..]) };
            case var n when n.SequenceEqual("error"u8):
                var status = Number(rest, 599, out var used);
                var times = rest[used..] is [(byte)' ', (byte)'x', .. var count] ? Number(count, 100, out _) : 0;
                return this with { ErrorStatus = Math.Max(400, status), ErrorTimes = times };
            default:
                return this;
        }
    }

    static int Number(ReadOnlySpan<byte> text, int most, out int digits)
        => Utf8Parser.TryParse(text, out uint value, out digits) ? (int)Math.Min(value, (uint)most) : 0;

    /// <summary><c>50ms</c> or <c>3s</c>.</summary>
    static TimeSpan Duration(ReadOnlySpan<byte> text)
    {
        var value = Number(text, LongestPauseMs, out var digits);
        return TimeSpan.FromMilliseconds(Math.Min(LongestPauseMs, text[digits..] is [(byte)'s', ..] ? value * 1000L : value));
    }
}
