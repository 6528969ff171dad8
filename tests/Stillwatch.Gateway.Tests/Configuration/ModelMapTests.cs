using CsCheck;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Configuration;

public sealed class ModelMapTests
{
    [Theory]
    [InlineData("claude-opus-4-1", "anthropic", "vllm", "my-70b")]
    [InlineData("claude-opus-", "anthropic", "vllm", "my-70b")]
    [InlineData("claude-opus", "anthropic", null, null)]
    [InlineData("Claude-opus-4", "anthropic", null, null)]
    [InlineData("Claude-opus-4", "openai", "ollama", "Claude-opus-4")]
    [InlineData("org/model:7b[1m]", "anthropic", "vllm", "org/model:7b[1m]")]
    [InlineData("org/model:7b[1m]x", "anthropic", null, null)]
    [InlineData("exact", "openai", "vllm", "first")]
    [InlineData("a-x-b-y-c", "anthropic", "vllm", "middle")]
    [InlineData("a-x-b-y-d", "anthropic", null, null)]
    public void The_first_rule_that_matches_decides(string requested, string face, string? upstream, string? model)
    {
        var map = Map(
            new("claude-opus-*", "vllm", "my-70b", null), new("org/model:7b[1m]", "vllm", null, null), new("exact", "vllm", "first", null),
            new("exact*", "ollama", "second", null), new("a-*-b-*c", "vllm", "middle", null), new("*", "ollama", null, Dialect.OpenAi));
        for (var time = 0; time < 2; time++)
        {
            Assert.Equal(upstream is not null, map.TryRoute(face == "openai" ? Dialect.OpenAi : Dialect.Anthropic, requested, out var found, out var name));
            Assert.Equal((upstream, model), (found?.Name, name));
        }
    }

    [Fact]
    public void Names_without_a_pattern_are_listed_once_in_order_per_face()
    {
        var map = Map(new("z", "vllm", null, null), new("*x", "vllm", null, null), new("a", "vllm", null, Dialect.OpenAi), new("z", "ollama", null, null));
        Assert.Equal(["z", "a"], map.ListedNames(Dialect.OpenAi));
        Assert.Equal(["z"], map.ListedNames(Dialect.Anthropic));
    }

    [Fact]
    public void A_repeated_or_unknown_name_allocates_nothing()
    {
        var map = Map([new("claude-*", "vllm", null, null)]);
        Routes(map, 10);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Routes(map, 1000);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        static void Routes(ModelMap map, int times)
        {
            for (var i = 0; i < times; i++)
            {
                Assert.True(map.TryRoute(Dialect.Anthropic, "claude-opus-4-1", out _));
                Assert.False(map.TryRoute(Dialect.Anthropic, "gpt-5", out _));
            }
        }
    }

    [Fact]
    public void A_flood_of_new_names_neither_grows_the_memory_nor_changes_an_answer()
    {
        var map = Map([new("*", "vllm", null, null)]);
        for (var i = 0; i < 3 * ModelMap.MostRemembered; i++)
        {
            Assert.True(map.TryRoute(Dialect.OpenAi, $"name-{i}", out var route));
            Assert.Equal($"name-{i}", route.Model);
            Assert.InRange(map.Remembered(Dialect.OpenAi), 0, ModelMap.MostRemembered);
        }
    }

    [Fact]
    public void A_pattern_agrees_with_the_plain_definition()
        => Gen.Select(Gen.String[Gen.Char["ab*"], 0, 6], Gen.String[Gen.Char["ab"], 0, 7]).Sample((pattern, name) =>
            ModelPattern.Matches(pattern, name) == Plain(pattern, name));

    [Fact]
    public void A_covering_pattern_matches_all_that_the_covered_one_does()
        => Gen.Select(Gen.String[Gen.Char["ab*"], 0, 4], Gen.String[Gen.Char["ab*"], 0, 4], Gen.String[Gen.Char["abc"], 0, 6]).Sample((wide, narrow, name) =>
            !(ModelPattern.Covers(wide, narrow) && ModelPattern.Matches(narrow, name)) || ModelPattern.Matches(wide, name));

    static bool Plain(string pattern, string name) =>
        pattern.Length == 0 ? name.Length == 0
        : pattern[0] == '*' ? Plain(pattern[1..], name) || (name.Length > 0 && Plain(pattern, name[1..]))
        : name.Length > 0 && pattern[0] == name[0] && Plain(pattern[1..], name[1..]);

    static ModelMap Map(params ModelRule[] rules) => new(new GatewayConfig
    {
        Models = rules,
        Upstreams = [.. new[] { "vllm", "ollama" }.Select(name => new UpstreamConfig { Name = name, Dialect = Dialect.OpenAi, Replicas = [new("http://127.0.0.1:1")] })],
    });
}
