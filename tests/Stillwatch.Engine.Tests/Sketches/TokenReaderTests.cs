using System.Text;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Sketches;

/// <summary>Blocks of 64 bytes and words of eight must not show: whatever is read equals what <see cref="PlainTokenReader"/> reads.</summary>
public sealed class TokenReaderTests
{
    const ulong Seed = 0x0123456789ABCDEF;

    static readonly string[] Pieces =
    [
        " ", " ", " ", "\n", ".", ",", "...", "\"", "`", "```", "a", "Of", "THE", "eight888", "nineteen-twenty", "internationalisation", "0", "7,", "3.14", "2,400.",
        "http://a.example/x?y=1", "https://b.example", "http:/", "https:", "shttp://c ", "\"said he\"", "\"not closed\n", "```code```", "é", "Straße", "шаг", "推理步骤",
        "。", "한국어", "ไทย", "😀", "\u3000", "{\"k\": \"v\"}", new string('z', 63), new string('Z', 64), new string('я', 50), new string('5', 70), new string('.', 64), new string(' ', 61),
    ];

    readonly TokenReader _reader = new(Seed);
    readonly ulong[] _tokens = new ulong[TokenReader.BufferTokens];

    [Fact]
    public void Texts_put_together_at_random_are_read_as_byte_by_byte()
    {
        var random = new Random(1);
        for (var i = 0; i < 4000; i++)
        {
            AssertRead(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ => Pieces[random.Next(Pieces.Length)]))));
        }
    }

    [Fact]
    public void Broken_utf8_is_read_as_byte_by_byte()
    {
        var random = new Random(2);
        byte[] likely = [.. " .,09azAZ[@`{/:\"\n"u8, 0x7F, 0x80, 0xBF, 0xC3, 0xE2, 0xE3, 0xEF, 0xF0, 0xF7, 0xF8, 0xFF];
        for (var i = 0; i < 4000; i++)
        {
            var text = new byte[random.Next(300)];
            random.NextBytes(text);
            for (var b = 0; b < text.Length; b++)
            {
                text[b] = i % 2 == 0 ? text[b] : likely[text[b] % likely.Length];
            }

            AssertRead(text);
        }
    }

    [Fact]
    public void Every_piece_is_read_at_every_place_in_a_block_and_at_the_end()
    {
        foreach (var piece in Pieces)
        {
            for (var before = 0; before < 2 * ByteClasses.Bytes; before++)
            {
                var text = Encoding.UTF8.GetBytes(new string('-', before) + piece + "," + piece + "Word 12 " + piece);
                AssertRead(text);
                AssertRead(text.AsSpan(0, before + (text.Length - before) / 2));
            }
        }
    }

    [Theory]
    [InlineData("a ")]
    [InlineData("1 ")]
    [InlineData("步")]
    [InlineData("\"\" ")]
    public void More_tokens_than_are_read_are_cut_off(string token)
    {
        AssertRead(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(token, TokenReader.MaxTokens - 3)) + "b c d e f g h i j"));
        Assert.Equal(TokenReader.MaxTokens, _reader.ReadAll(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(token, TokenReader.MaxTokens + 100))), _tokens, out _));
    }

    [Fact]
    public void Characters_from_U3000_up_are_told_of()
    {
        _reader.ReadAll("plain Straße шаг \"步\""u8, _tokens, out var none);
        _reader.ReadAll("one 步"u8, _tokens, out var some);

        Assert.False(none);
        Assert.True(some);
    }

    void AssertRead(ReadOnlySpan<byte> text)
    {
        var expected = PlainTokenReader.Read(text, Seed);
        var tokens = _tokens.AsSpan(0, _reader.ReadAll(text, _tokens, out _)).ToArray();

        Assert.True(expected.SequenceEqual(tokens), $"{expected.Count} tokens expected, {tokens.Length} read of: {Convert.ToHexString(text)}");
    }
}
