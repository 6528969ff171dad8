using System.Text;
using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Tests.Benchmarks;

public sealed class TextEncoderTests
{
    [Fact]
    public void Vectors_have_length_one_and_the_same_text_the_same_vector()
    {
        var encoder = new TextEncoder();
        var (a, b) = (Vector(encoder, "how do tides come about"), Vector(encoder, "How do TIDES come about?"));
        Assert.Equal(1, UnitVectors.Dot(a, a), 5);
        Assert.Equal(1, UnitVectors.Dot(a, b), 5);
    }

    [Fact]
    public void Shared_words_bring_texts_together_and_strange_ones_apart()
    {
        var encoder = new TextEncoder();
        var question = Vector(encoder, "write a unit test for the parser of dates");
        var near = UnitVectors.Dot(question, Vector(encoder, "write a unit test for the parser of prices"));
        var far = UnitVectors.Dot(question, Vector(encoder, "which herbs grow on a shady balcony in autumn"));
        Assert.True(near > 0.6 && far < 0.3 && far > -0.3, $"near {near}, far {far}");
    }

    [Fact]
    public void A_word_that_all_history_uses_weighs_less_than_a_rare_one()
    {
        var encoder = new TextEncoder();
        for (var i = 0; i < 200; i++)
        {
            encoder.Learn(Tokens($"please number {(char)('a' + (i % 26))}{(char)('a' + (i / 26))}x"));
        }

        var text = Vector(encoder, "please xylophone");
        Assert.True(UnitVectors.Dot(text, Vector(encoder, "xylophone")) > 2 * UnitVectors.Dot(text, Vector(encoder, "please")));
    }

    [Fact]
    public void Packing_turns_a_vector_by_a_hundredth_of_a_radian_at_most()
    {
        var encoder = new TextEncoder();
        var random = new Random(3);
        for (var i = 0; i < 50; i++)
        {
            var vector = Vector(encoder, string.Join(' ', Enumerable.Range(0, 80).Select(_ => $"w{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}")));
            var packed = new sbyte[TextEncoder.Dimensions];
            UnitVectors.Pack(vector, packed);
            var back = new float[TextEncoder.Dimensions];
            UnitVectors.Unpack(packed, back);
            Assert.True(Math.Acos(Math.Min(1, UnitVectors.Dot(vector, back))) < 0.02, $"{UnitVectors.Dot(vector, back)}");
        }
    }

    [Fact]
    public void A_text_without_words_has_no_vector() => Assert.False(new TextEncoder().Encode([], new float[TextEncoder.Dimensions]));

    [Theory]
    [InlineData("Add 12 and 13.5!", 5)] // add, digits, and, digits, digits
    [InlineData("请用中文 ok", 5)]
    [InlineData("?! ", 0)]
    public void Words_runs_of_digits_and_ideographs_are_tokens(string text, int expected) => Assert.Equal(expected, Tokens(text).Length);

    static ulong[] Tokens(string text)
    {
        var tokens = new ulong[512];
        return tokens[..WordTokens.Read(Encoding.UTF8.GetBytes(text), tokens)];
    }

    static float[] Vector(TextEncoder encoder, string text)
    {
        var vector = new float[TextEncoder.Dimensions];
        Assert.True(encoder.Encode(Tokens(text), vector));
        return vector;
    }
}
