using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

/// <summary>Holds our reader of JSON to the platform's, token by token, on good, broken and hostile texts.</summary>
public sealed class JsonTokensTests
{
    const string Alphabet = "{}[]:,\"\\/ \n\t\r0123456789.eE+-truefalsnubx\u0001\u001f\0é😀";

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("1")]
    [InlineData("-")]
    [InlineData("-0")]
    [InlineData("01")]
    [InlineData("1.")]
    [InlineData("1.e1")]
    [InlineData("1e+")]
    [InlineData("1E-7 ")]
    [InlineData("[1x]")]
    [InlineData("[truex]")]
    [InlineData("[1/]")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("{\"a\":1,}")]
    [InlineData("{\"a\" : 1 , \"b\" :[ ] }")]
    [InlineData("{\"a\"1}")]
    [InlineData("{\"a\":}")]
    [InlineData("{\"a\"")]
    [InlineData("{1:2}")]
    [InlineData("{}{}")]
    [InlineData("[] //")]
    [InlineData("[1]]")]
    [InlineData("[}")]
    [InlineData("\"\\ud83d\"")]
    [InlineData("\"\\u12g4\"")]
    [InlineData("\"\\x\"")]
    [InlineData("\"\\")]
    [InlineData("\"\\u12")]
    [InlineData("\"a\nb\"")]
    [InlineData("[nul]")]
    [InlineData("[null\0]")]
    public void The_edges_of_the_grammar_are_where_the_platform_has_them(string json) => AssertSame(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Soups_of_JSON_characters_are_read_as_the_platform_reads_them()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var soup = new StringBuilder();
            for (var length = random.Next(24); length > 0; length--)
            {
                soup.Append(Alphabet[random.Next(Alphabet.Length)]);
            }

            AssertSame(Encoding.UTF8.GetBytes(soup.ToString()));
        }
    }

    [Fact]
    public void Strings_of_every_length_with_anything_anywhere_are_read_as_the_platform_reads_them()
    {
        var random = new Random(2);
        string[] pieces = ["\\n", "\\\"", "\\\\", "\\u00e9", "\\ud83d", "\\uZ000", "\\q", "\"", "\u0001", "é", "/", "\u007f"];
        for (var i = 0; i < 10_000; i++)
        {
            var text = new StringBuilder("[\"");
            for (var parts = random.Next(8); parts > 0; parts--)
            {
                text.Append('x', random.Next(random.Next(2) == 0 ? 4 : 70));
                text.Append(pieces[random.Next(random.Next(4) == 0 ? pieces.Length : 5)]);
            }

            text.Append(random.Next(8) == 0 ? "" : "\"").Append(random.Next(8) == 0 ? "" : "]").Append(' ', random.Next(40));
            AssertSame(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    [Fact]
    public void Real_bodies_broken_at_random_bytes_are_read_as_the_platform_reads_them()
    {
        var random = new Random(3);
        var bodies = new Bodies(4);
        for (var i = 0; i < 300; i++)
        {
            var json = Encoding.UTF8.GetBytes(bodies.Next().Json);
            AssertSame(json);
            for (var times = 0; times < 8; times++)
            {
                var broken = json[..random.Next(json.Length / 2, json.Length + 1)];
                for (var bytes = random.Next(3); bytes > 0; bytes--)
                {
                    broken[random.Next(broken.Length)] = (byte)Alphabet[random.Next(Alphabet.Length - 3)];
                }

                AssertSame(broken);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(128)]
    [InlineData(256)]
    public void As_deep_as_allowed_and_no_deeper(int maxDepth)
    {
        foreach (var depth in new[] { maxDepth - 1, maxDepth, maxDepth + 1 })
        {
            AssertSame(Encoding.UTF8.GetBytes(new string('[', depth) + new string(']', depth)), maxDepth);
            AssertSame(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":[", depth))), maxDepth);
            AssertSame(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("[{\"a\":", depth / 2)) + "0" + string.Concat(Enumerable.Repeat("}]", depth / 2))), maxDepth);
        }
    }

    [Fact]
    public void Skipping_ends_where_the_platform_ends()
    {
        var random = new Random(5);
        var bodies = new Bodies(6);
        for (var i = 0; i < 2_000; i++)
        {
            var json = Encoding.UTF8.GetBytes(bodies.Next().Json);
            var theirs = new Utf8JsonReader(json);
            var ours = new JsonTokens(json, JsonTokens.MostDepth);
            while (theirs.Read())
            {
                Assert.True(ours.Read());
                if (random.Next(4) == 0 && theirs.CurrentDepth > 0)
                {
                    theirs.Skip();
                    ours.Skip();
                }

                AssertSameToken(ref theirs, ref ours);
            }

            Assert.False(ours.Read());
        }
    }

    static void AssertSame(byte[] json, int maxDepth = 64)
    {
        var theirs = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
        var ours = new JsonTokens(json, maxDepth);
        while (true)
        {
            bool? theyRead = null, weRead = null;
            try
            {
                theyRead = theirs.Read();
            }
            catch (JsonException)
            {
            }

            try
            {
                weRead = ours.Read();
            }
            catch (JsonException)
            {
            }

            Assert.True(theyRead == weRead, $"they {theyRead}, we {weRead}, after {theirs.BytesConsumed} bytes of {Encoding.UTF8.GetString(json)}");
            if (theyRead != true)
            {
                return;
            }

            AssertSameToken(ref theirs, ref ours);
        }
    }

    static void AssertSameToken(ref Utf8JsonReader theirs, ref JsonTokens ours)
    {
        Assert.Equal(
            (theirs.TokenType, theirs.TokenStartIndex, theirs.BytesConsumed, theirs.CurrentDepth, theirs.ValueIsEscaped),
            (ours.TokenType, ours.TokenStartIndex, ours.BytesConsumed, ours.CurrentDepth,
                ours.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && ours.ValueIsEscaped));
        Assert.True(theirs.ValueSpan.SequenceEqual(ours.ValueSpan));
        if (theirs.TokenType == JsonTokenType.Number)
        {
            Assert.Equal((theirs.TryGetInt64(out var whole), whole), (ours.TryGetInt64(out var ourWhole), ourWhole));
            Assert.Equal((theirs.TryGetDouble(out var real), real), (ours.TryGetDouble(out var ourReal), ourReal));
        }
    }
}
