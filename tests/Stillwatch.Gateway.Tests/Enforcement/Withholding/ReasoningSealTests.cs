using System.Text;
using Stillwatch.Gateway.Enforcement.Withholding;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class ReasoningSealTests
{
    static readonly ReasoningSeal Seal = new("pepper"u8);

    static readonly SealedReasoning Reasoning =
        new(ReasoningKind.Thinking, Encoding.UTF8.GetBytes("first \\u00fc, then \\ud83d ü"), Encoding.UTF8.GetBytes("c2lnbmF0dXJl=="));

    [Fact]
    public void What_was_sealed_comes_back_byte_for_byte()
    {
        var opened = Seal.Open(Seal.Seal(Reasoning, "acct"), "acct");
        AssertSame(Reasoning, opened);
    }

    [Fact]
    public void Another_account_cannot_open_a_token()
    {
        var token = Seal.Seal(Reasoning, "acct_one");
        Assert.Null(Seal.Open(token, "acct_two"));
        Assert.Null(Seal.Open(token, ""));
    }

    [Fact]
    public void A_token_with_any_bit_changed_is_no_token()
    {
        var token = Seal.Seal(Reasoning, "acct");
        for (var at = 0; at < token.Length; at++)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                var altered = token.ToArray();
                altered[at] ^= (byte)(1 << bit);
                Assert.Null(Seal.Open(altered, "acct"));
            }
        }
    }

    [Fact]
    public void A_shortened_token_and_one_of_another_version_open_nothing()
    {
        var token = Seal.Seal(Reasoning, "acct");
        for (var length = 0; length < token.Length; length++)
        {
            Assert.Null(Seal.Open(token.AsSpan(0, length), "acct"));
        }

        Assert.Null(Seal.Open([.. ReasoningSeal.Mark, .. "0y"u8, .. token.AsSpan(12)], "acct")); // "sw-seal-2"
        Assert.Null(Seal.Open("c2lnbmF0dXJl"u8, "acct"));
        Assert.Null(Seal.Open([], "acct"));
    }

    [Fact]
    public void The_key_before_still_opens_and_the_one_before_that_does_not()
    {
        var token = Seal.Seal(Reasoning, "acct");
        AssertSame(Reasoning, new ReasoningSeal("next"u8, "pepper"u8).Open(token, "acct"));
        Assert.Null(new ReasoningSeal("third"u8, "next"u8).Open(token, "acct"));
        Assert.Null(Seal.Open(new ReasoningSeal("next"u8, "pepper"u8).Seal(Reasoning, "acct"), "acct"));
    }

    [Fact]
    public void A_token_is_found_by_its_mark_and_needs_no_escaping()
    {
        var token = Seal.Seal(Reasoning, "acct");
        Assert.True(token.AsSpan().StartsWith(ReasoningSeal.Mark));
        Assert.DoesNotContain(token, code => !char.IsAsciiLetterOrDigit((char)code) && code is not ((byte)'-' or (byte)'_'));
    }

    [Fact]
    public void The_same_reasoning_never_gives_the_same_token_and_a_length_that_says_little()
    {
        var tokens = Enumerable.Range(0, 50).Select(length => Seal.Seal(new(ReasoningKind.Thinking, new byte[length], default), "acct")).ToList();
        Assert.Equal(50, tokens.Select(Encoding.ASCII.GetString).Distinct().Count());
        Assert.Single(tokens.Select(token => token.Length).Distinct());
    }

    [Fact]
    public void What_is_too_long_to_carry_becomes_a_token_that_gives_nothing_back()
    {
        var largest = new SealedReasoning(ReasoningKind.Thinking, new byte[SealedReasoning.MaxBytes - 1], new byte[1]);
        AssertSame(largest, Seal.Open(Seal.Seal(largest, "acct"), "acct"));
        var opened = Seal.Open(Seal.Seal(largest with { Signature = new byte[2] }, "acct"), "acct");
        Assert.Equal(ReasoningKind.Lost, opened!.Kind);
    }

    static void AssertSame(SealedReasoning expected, SealedReasoning? opened)
    {
        Assert.NotNull(opened);
        Assert.Equal(expected.Kind, opened.Kind);
        Assert.True(expected.Text.Span.SequenceEqual(opened.Text.Span));
        Assert.True(expected.Signature.Span.SequenceEqual(opened.Signature.Span));
    }
}
