using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation.Rules;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

public sealed class TableTests
{
    static readonly (Dialect Face, MemberTable Table)[] Requests = [(Dialect.Anthropic, AnthropicRules.Request), (Dialect.OpenAi, OpenAiRules.Request)];

    [Fact]
    public void The_documentation_prints_the_tables_the_code_goes_by()
    {
        var path = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(path, "Stillwatch.slnx")))
        {
            path = Path.GetDirectoryName(path)!;
        }

        var document = File.ReadAllText(Path.Combine(path, "docs", "translation.md"));
        foreach (var table in (MemberTable[])[.. Requests.Select(r => r.Table), AnthropicRules.Blocks, AnthropicRules.Tool, OpenAiRules.Parts])
        {
            var text = new StringBuilder($"### {table.Heading}\n\n| name | treatment | how, why, or the cure |\n|---|---|---|\n");
            foreach (var rule in table.Rules)
            {
                text.Append($"| `{rule.Name}` | {rule.Treatment.ToString().ToLowerInvariant()} | {rule.Note} |\n");
            }

            Assert.Contains(text + "\n", document);
        }
    }

    [Fact]
    public void Every_member_is_treated_as_its_row_says()
    {
        foreach (var (face, table) in Requests)
        {
            var plain = Translated.Request(face, Body("")).Json!;
            foreach (var rule in table.Rules.Where(rule => rule.Treatment != Treatment.Mapped))
            {
                var value = rule.Name == "stream" ? "true" : "{\"odd\":1e400}";
                var (json, error, text) = Translated.Request(face, Body($",\"{rule.Name}\":{value}"));
                Assert.Equal(rule.Treatment == Treatment.Refused, error is not null);
                Assert.Equal(rule.Treatment == Treatment.Kept, text.Contains($"\"{rule.Name}\":{value}", StringComparison.Ordinal));
                Assert.True(rule.Treatment != Treatment.Dropped || JsonNode.DeepEquals(plain, json), rule.Name);
                Assert.True(error is null || error.Message.StartsWith(rule.Name, StringComparison.Ordinal));
            }
        }
    }

    [Fact]
    public void A_member_no_table_knows_is_dropped_even_when_its_name_is_spelled_with_escapes()
    {
        Assert.Equal(Translated.Request(Dialect.Anthropic, Body("")).Text, Translated.Request(Dialect.Anthropic, Body(",\"futu\\u0072e\":1")).Text);
        Assert.NotNull(Translated.Request(Dialect.OpenAi, Body(",\"\\u006e\":2")).Error);
    }

    static string Body(string more) => $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"q"}]{{more}}}""";
}
