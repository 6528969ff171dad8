using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement.Withholding;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class ReasoningRestoreTests
{
    readonly WithheldRun _run = new();

    string Token(string account = WithheldRun.Account, string signature = "c2ln") => Encoding.ASCII.GetString(
        _run.Vault.Seal.Seal(new(ReasoningKind.Thinking, Encoding.UTF8.GetBytes("a \\u00fc \\ud83d"), Encoding.UTF8.GetBytes(signature)), account));

    static string Block(string token) => $$"""{"type":"thinking","thinking":"","signature":"{{token}}"}""";

    static string Request(params string[] contents) =>
        $$"""{"model":"m", "messages":[{{string.Join(", ", contents.Select(content => $$"""{"role":"assistant","content":[{{content}}]}"""))}}],"max_tokens":1e2}""";

    [Fact]
    public void Only_the_block_changes_and_it_is_the_original_byte_for_byte()
    {
        var got = _run.Restored(Dialect.Anthropic, Request(Block(Token()) + """, {"type":"tool_use","id":"t","input":{"n":1e400}}"""));
        Assert.Equal(Request("""{"type":"thinking","thinking":"a \u00fc \ud83d","signature":"c2ln"}, {"type":"tool_use","id":"t","input":{"n":1e400}}"""), got);
    }

    [Fact]
    public void A_client_may_drop_the_empty_text_or_reorder_the_members()
    {
        const string Original = "\"signature\":\"c2ln\",\"thinking\":\"a \\u00fc \\ud83d\"";
        var token = Token();
        Assert.Equal(
            Request($$"""{"type":"thinking",{{Original}}}"""), _run.Restored(Dialect.Anthropic, Request($$"""{"type":"thinking","signature":"{{token}}"}""")));
        Assert.Equal(
            Request($$"""{{{Original}},"type":"thinking"}"""),
            _run.Restored(Dialect.Anthropic, Request($$"""{"signature":"{{token}}","thinking":"","type":"thinking"}""")));
    }

    [Theory]
    [InlineData("F", "")]
    [InlineData("F,a", "a")]
    [InlineData("a,F", "a")]
    [InlineData("F,F,a", "a")]
    [InlineData("a,F,F", "a")]
    [InlineData("F,a,F,b,F", "a,b")]
    [InlineData("a,F,O,F", "a,O")]
    [InlineData("F,O", "O")]
    public void A_block_that_cannot_be_opened_goes_with_its_comma(string blocks, string left)
    {
        string Written(string letters, string own) => string.Join(',', letters.Split(',').Select(letter => letter switch
        {
            "F" => Block(Token("acct_two")),
            "O" => own,
            "a" => "{\"type\":\"text\"}",
            _ => "{\"type\":\"tool_use\"}",
        }));
        var got = _run.Restored(Dialect.Anthropic, Request("{}", Written(blocks, Block(Token())), "{}"));
        const string Original = """{"type":"thinking","thinking":"a \u00fc \ud83d","signature":"c2ln"}""";
        Assert.Equal(left.Length == 0 ? Request("{}", "{}") : Request("{}", Written(left, Original), "{}"), got);
    }

    [Fact]
    public void Thinking_that_was_cut_before_its_signature_is_left_out_unless_calls_follow()
    {
        var token = Token(signature: "");
        Assert.Equal(Request("{\"type\":\"text\"}"), _run.Restored(Dialect.Anthropic, Request(Block(token) + ",{\"type\":\"text\"}")));
        Assert.Contains("\"signature\":\"\"", _run.Restored(Dialect.Anthropic, Request(Block(token) + ",{\"type\":\"tool_use\"}")));
    }

    [Fact]
    public void A_token_elsewhere_in_a_request_is_just_text()
    {
        var body = Request($$"""{"type":"text","text":"{{Token()}}","signature":"{{Token()}}"}""");
        Assert.Equal(body, _run.Restored(Dialect.Anthropic, body));
        Assert.Equal("no json c3ctc2VhbC", _run.Restored(Dialect.Anthropic, "no json c3ctc2VhbC"));
    }

    [Fact]
    public void What_became_of_each_block_is_counted()
    {
        _run.Restored(Dialect.Anthropic, Request(Block(Token()) + "," + Block(Token("acct_two")) + "," + Block(Token(signature: ""))));
        Assert.Equal(new Dictionary<string, long> { ["empty"] = 1, ["restored"] = 1, ["unopened"] = 1 }, _run.Vault.Restore.Blocks.ToDictionary());
    }
}
