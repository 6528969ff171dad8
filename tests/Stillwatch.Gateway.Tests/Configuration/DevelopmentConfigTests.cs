using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Configuration;

public sealed class DevelopmentConfigTests
{
    [Fact]
    public void Without_anything_it_is_loopback_with_the_built_in_upstream()
    {
        var config = DevelopmentConfig.Read(new(), null, null, _ => null).Config!;
        Assert.True(config.Listen.IsLoopback && config.Admin.IsLoopback && config.AdminIsOpen);
        var upstream = Assert.Single(config.Upstreams);
        Assert.Equal(ConfigReader.DevelopmentUpstream, upstream.Name);
        Assert.Empty(upstream.Replicas);
    }

    [Fact]
    public void With_an_upstream_every_model_name_passes_through()
    {
        var config = DevelopmentConfig.Read(new() { Listen = "http://127.0.0.1:0", Admin = "http://127.0.0.1:0" }, "http://10.0.0.5:8000", "openai", _ => "sk-x").Config!;
        var upstream = Assert.Single(config.Upstreams);
        Assert.Equal((Dialect.OpenAi, "sk-x", new Uri("http://10.0.0.5:8000")), (upstream.Dialect, upstream.ApiKey, upstream.Replicas[0]));
        Assert.True(new ModelMap(config).TryRoute(Dialect.Anthropic, "any/name", out var routed, out var model));
        Assert.Equal((upstream, "any/name"), (routed, model));
    }

    [Theory]
    [InlineData("http://0.0.0.0:8080", null, null, null, "--listen: 'http://0.0.0.0:8080' can be reached from outside", "write a config")]
    [InlineData("http://example.org:8080", null, null, null, "--listen: 'http://example.org:8080' must be", "IP address or localhost")]
    [InlineData(null, "http://10.0.0.5:8000", null, null, "--upstream-api: is missing", "anthropic or openai")]
    [InlineData(null, "http://10.0.0.5:8000", "grpc", null, "--upstream-api: 'grpc'", "anthropic or openai")]
    [InlineData(null, null, "openai", null, "--upstream-api: 'openai'", "give --upstream URL")]
    [InlineData(null, "10.0.0.5:8000", "openai", null, "--upstream: '10.0.0.5:8000'", "begins with http://")]
    [InlineData(null, "http://127.0.0.1:8080", "openai", null, "upstreams.upstream.urls", "this gateway itself")]
    [InlineData(null, "http://10.0.0.5:8000", "openai", "can ary", "STILLWATCH_UPSTREAM_KEY: the value (not shown)", "printable")]
    public void What_is_wrong_names_the_option_and_the_cure(string? listen, string? upstream, string? api, string? key, string fault, string cure)
    {
        var found = Assert.Single(DevelopmentConfig.Read(new() { Listen = listen }, upstream, api, _ => key).Faults).ToString();
        Assert.StartsWith($"command line: {fault}", found, StringComparison.Ordinal);
        Assert.Contains(cure, found, StringComparison.Ordinal);
        Assert.DoesNotContain("can ary", found, StringComparison.Ordinal);
    }
}
