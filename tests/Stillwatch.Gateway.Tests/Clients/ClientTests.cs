using Stillwatch.Gateway.Development;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>What published clients get through the gateway is what they get without it.</summary>
public sealed class ClientTests(ClientRuns runs) : IClassFixture<ClientRuns>
{
    public static TheoryData<string> Clients => [.. ClientRuns.All.Select(each => ClientRuns.Id(each.Client))];

    [Theory]
    [MemberData(nameof(Clients))]
    public void A_client_gets_the_same_through_the_gateway(string id)
    {
        var client = ClientRuns.All.Single(each => ClientRuns.Id(each.Client) == id).Client;
        SkipFor(client.Obstacle);
        var run = runs.Of(client);
        Assert.Contains("development upstream", run.Direct["text"].Json); // it ran at all
        Assert.Equal(run.Direct.Keys, run.Through.Keys);
        var faults = run.Direct.Select(feature => CompatibilityTable.Compare(feature.Key, feature.Value, run.Through[feature.Key]).Fault).OfType<string>();
        Assert.True(!faults.Any(), string.Join('\n', faults));
    }

    /// <summary>Not equal to direct, since two dialects say different things of the same answer; but everything that both can say works.</summary>
    [Theory]
    [InlineData("anthropic.mjs", "@anthropic-ai/sdk", "@anthropic-ai/sdk")]
    [InlineData("openai.mjs", "openai", "openai")]
    public async Task A_client_works_in_front_of_an_upstream_of_the_other_dialect(string script, string argument, string package)
    {
        var client = new ClientScript("crossed", script, argument, package);
        SkipFor(client.Obstacle);
        await using var gateway = await RunningGateway.StartAsync(10, isCrossed: true, TestContext.Current.CancellationToken);
        var found = await client.RunAsync(gateway.Address, gateway.Key, "z", TestContext.Current.CancellationToken);
        Assert.Contains("development upstream", found["text"].Json);
        Assert.Contains("development upstream", found["stream"].Json);
        Assert.Equal(2, found["tools"].Attempts);
        Assert.Contains(script == "anthropic.mjs" ? "think" : "development upstream", found["thinking"].Json); // an effort alone asks no Anthropic model to think
        Assert.Contains("\"failed\":true", found["truncated stream"].Json);
        Assert.Contains("\"failed\":true", found["cut connection"].Json);
        Assert.Contains("404", found["error 404"].Json);
        Assert.Contains("529", found["error 529"].Json);
    }

    [Fact]
    public void A_client_that_leaves_is_noticed_upstream()
    {
        SkipFor(FirstObstacle());
        Assert.NotEmpty(runs.Endings.Direct);
        Assert.All(runs.Endings.Through, end => Assert.Equal(ReplyEnd.Aborted, end));
        Assert.Equal(runs.Endings.Direct, runs.Endings.Through);
    }

    [Fact]
    public void The_table_in_the_documentation_is_what_was_found()
    {
        SkipFor(FirstObstacle());
        Assert.Equal(ClientRuns.All.Count, runs.Finished.Count);
        CompatibilityTable.Check(CompatibilityTable.Render(runs.Finished));
    }

    [Fact]
    public void A_difference_is_noticed_and_so_is_a_silent_truncation()
    {
        var one = new FeatureResult(1, """{"a":1}""");
        Assert.Null(CompatibilityTable.Compare("text", one, one with { }).Fault);
        Assert.NotNull(CompatibilityTable.Compare("text", one, one with { Json = """{"a":2}""" }).Fault);
        Assert.NotNull(CompatibilityTable.Compare("text", one, one with { Attempts = 2 }).Fault);
        var (told, silent) = (new FeatureResult(1, """{"failed":true}"""), new FeatureResult(1, """{"failed":false}"""));
        Assert.Null(CompatibilityTable.Compare("truncated stream", silent, told).Fault);
        Assert.NotNull(CompatibilityTable.Compare("truncated stream", silent, silent).Fault);
    }

    static string? FirstObstacle() => ClientRuns.All.Select(each => each.Client.Obstacle).FirstOrDefault(obstacle => obstacle is not null);

    /// <summary>In continuous integration nothing may be missing.</summary>
    static void SkipFor(string? obstacle)
    {
        Assert.True(obstacle is null || Environment.GetEnvironmentVariable("CI") != "true", obstacle);
        Assert.SkipWhen(obstacle is not null, obstacle ?? "");
    }
}
