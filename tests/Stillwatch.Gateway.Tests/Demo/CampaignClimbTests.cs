using System.Collections.Concurrent;
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI;
using OpenAI.Chat;
using Stillwatch.Demo;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Gateway.Tests.Demo;

/// <summary>
/// A simulated campaign over HTTP among look-alikes, judged by the live engine, climbs the whole ladder and comes down again; published libraries
/// see each rung as their API has it. Nobody else is touched.
/// </summary>
public sealed class CampaignClimbTests
{
    const string Model = "stillwatch-development";
    const string Reasoning = "[dev:thinking]";

    static readonly AccessPolicy Enforcing = PolicyReader.Default with
    {
        Mode = PolicyMode.Enforce,
        VerifyUrl = new Uri("https://verify.example/start"),
        Limits = new LimitPolicy
        {
            Rules =
            [
                new LimitRule { Name = "ring", Per = LimitScope.Ring, Meter = Meter.Requests, Amount = 10, Burst = 10, Period = TimeSpan.FromHours(1) },
                new LimitRule { Name = "everybody", Per = LimitScope.Account, Meter = Meter.Requests, Amount = 100_000, Burst = 100_000, Period = TimeSpan.FromMinutes(1) },
            ],
        },
        Responses = new ResponsePolicy { JudgeEvery = TimeSpan.FromHours(1) }, // the test looks by itself, as often as it likes
    };

    readonly ConcurrentDictionary<string, ConcurrentBag<int>> _odd = new();
    readonly Dictionary<string, List<Rung>> _climbs = [];

    [Fact]
    public async Task A_campaign_climbs_from_observe_to_suspend_and_back_and_look_alikes_stay_untouched()
    {
        using var temporary = new TemporaryDirectory();
        var text = ScenarioReader.Find("tiny");
        var simulation = new Simulation(ScenarioReader.Read(text) with { ResponseContentRatio = 1 }, new SimulationOptions { Scale = 0.5 });
        var records = Path.Combine(Path.GetDirectoryName(temporary.Path)!, "records");
        SimulationWriter.WriteRecords(simulation, text, records);
        await using var world = await SimulatedWorld.StartAsync(
            simulation, records, temporary.Path, NullLoggerFactory.Instance, logContent: false, CancellationToken.None, Enforcing, WithDevelopmentModel);
        var malicious = simulation.Truth.Where(truth => truth.Malicious).Select(truth => truth.Account).ToHashSet();

        // Observe: nobody is anything at first. Then the live engine judges, again and again, while traffic goes on.
        Assert.Equal(0, world.Gateway.Parts.Responses.Count);
        foreach (var part in simulation.Exchanges().Select(simulated => simulated.Exchange).Chunk(500))
        {
            await world.Traffic.SendAsync(part, _ => { }, answered: (exchange, status) =>
            {
                if (status / 100 == 2 != (exchange.Response is not null))
                {
                    _odd.GetOrAdd(exchange.Account, _ => []).Add(status);
                }
            });
            await JudgeAsync(world);
        }

        // Those who were touched are the campaigns', and most of them; look-alikes got every answer they asked for.
        Assert.DoesNotContain(_climbs.Keys, account => !malicious.Contains(account));
        Assert.DoesNotContain(_odd.Keys, account => !malicious.Contains(account));
        var shaped = _climbs.Where(climb => climb.Value[^1] == Rung.Shape).Select(climb => climb.Key).ToHashSet();
        Assert.True(shaped.Count > malicious.Count / 2, $"{shaped.Count} of {malicious.Count} accounts are at shape");
        Assert.Contains(_climbs.Values, climb => climb.SequenceEqual([Rung.Observe, Rung.Verify, Rung.Shape]) || climb.SequenceEqual([Rung.Observe, Rung.Shape]));

        // Shape: the ring shares one budget, and thousands of accounts would gain nothing.
        Assert.True(_odd.Values.Sum(statuses => statuses.Count(status => status == 429)) > 50);
        Assert.All(_odd.Values.SelectMany(statuses => statuses), status => Assert.Equal(429, status));
        var (member, response) = world.Gateway.Parts.Responses.All.First(held => held.Value is { Rung: Rung.Shape, ClassKeys: null });
        await ShapedAsync(world, member);

        using var admin = new HttpClient { BaseAddress = world.Gateway.AdminAddress };
        var page = $"/api/v1/cases/{response.Case}";

        // Withhold: a person decides. The library gets the official shape, and no byte of the reasoning.
        await AnHourPassesAsync(world);
        var before = await AskAnthropicAsync(world, member);
        Assert.NotEmpty(before.Reasoning);
        await DecideAsync(admin, $"{page}/approve", """{"rung":"withhold","by":"ana","reason":"the templates ask for reasoning"}""");
        var withheld = await AskAnthropicAsync(world, member);
        Assert.Equal(("", before.Text), (withheld.Reasoning, withheld.Text));
        Assert.DoesNotContain(before.Reasoning[..20], withheld.Bytes, StringComparison.Ordinal);

        // Suspend: two people. The libraries throw what they throw for a 403, at once, without a retry.
        await DecideAsync(admin, $"{page}/approve", """{"rung":"suspend","by":"ana","reason":"it goes on"}""");
        Assert.NotEmpty((await AskAnthropicAsync(world, member)).Text);
        await DecideAsync(admin, $"{page}/approve", """{"rung":"suspend","by":"ben","reason":"agreed"}""");
        await SuspendedAsync(world, member, response.Case);

        // The account reads its statement and appeals with its own key; overturned, it is as before.
        using var own = new HttpClient { BaseAddress = world.Gateway.DataAddress };
        own.DefaultRequestHeaders.Add("x-api-key", world.Keys[member]);
        var standing = await own.GetStringAsync("/stillwatch/v1/standing");
        Assert.Contains("suspend", standing, StringComparison.Ordinal);
        using var appealed = await own.PostAsJsonAsync("/stillwatch/v1/appeals", new { statement = "We have a contract." });
        Assert.Equal(201, (int)appealed.StatusCode);
        var appeal = JsonDocument.Parse(await appealed.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString();
        await DecideAsync(admin, $"/api/v1/appeals/{appeal}/answer", """{"decision":"overturn","text":"The contract is registered now.","by":"cyn"}""");
        Assert.Equal(before.Text, (await AskAnthropicAsync(world, member)).Text);
        await JudgeAsync(world);
        Assert.False(world.Gateway.Parts.Responses.TryGet(member, world.Clock.GetUtcNow(), out _), "the same evidence must not alarm again");
    }

    static GatewayConfig WithDevelopmentModel(GatewayConfig config) => config with
    {
        Upstreams = [.. config.Upstreams, new UpstreamConfig { Name = ConfigReader.DevelopmentUpstream, Dialect = Dialect.Anthropic, Replicas = [new Uri("http://127.0.0.1:1")] }],
        Models = [new ModelRule(Model, ConfigReader.DevelopmentUpstream, null, null), .. config.Models],
    };

    async Task JudgeAsync(SimulatedWorld world)
    {
        var parts = world.Gateway.Parts;
        var report = await CampaignWatch.LastAsync(world.Gateway.Engine, parts.Recorder.Counts, CancellationToken.None);
        foreach (var (account, held) in parts.Ladder.Apply(report, world.Clock.GetUtcNow()).All)
        {
            var climb = _climbs.TryGetValue(account, out var known) ? known : _climbs[account] = [Rung.Observe];
            if (climb[^1] != held.Rung)
            {
                climb.Add(held.Rung);
            }
        }
    }

    static async Task AnHourPassesAsync(SimulatedWorld world)
    {
        world.Clock.Set(world.Clock.GetUtcNow() + TimeSpan.FromHours(1));
        await Task.CompletedTask;
    }

    static async Task ShapedAsync(SimulatedWorld world, string member)
    {
        using var client = new AnthropicClient { BaseUrl = world.Gateway.DataAddress.AbsoluteUri.TrimEnd('/'), ApiKey = world.Keys[member], MaxRetries = 0 };
        var refused = await Assert.ThrowsAsync<AnthropicRateLimitException>(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await client.Messages.Create(Asked());
            }
        });
        Assert.Contains("/stillwatch/v1/standing", refused.Message, StringComparison.Ordinal);
    }

    static async Task SuspendedAsync(SimulatedWorld world, string member, string @case)
    {
        using var counter = new CountingHandler();
        using var http = new HttpClient(counter);
        using var anthropic = new AnthropicClient { BaseUrl = world.Gateway.DataAddress.AbsoluteUri.TrimEnd('/'), ApiKey = world.Keys[member], HttpClient = http };
        var refused = await Assert.ThrowsAsync<AnthropicForbiddenException>(() => anthropic.Messages.Create(Asked()));
        Assert.Contains(@case, refused.Message, StringComparison.Ordinal);
        Assert.Equal(1, counter.Requests);

        var openAi = new ChatClient(
            Model, new ApiKeyCredential(world.Keys[member]),
            new OpenAIClientOptions { Endpoint = new Uri(world.Gateway.DataAddress, "v1"), Transport = new HttpClientPipelineTransport(http) });
        var thrown = await Assert.ThrowsAsync<ClientResultException>(() => openAi.CompleteChatAsync("hello"));
        Assert.Equal((403, 2), (thrown.Status, counter.Requests));
    }

    static async Task<(string Text, string Reasoning, string Bytes)> AskAnthropicAsync(SimulatedWorld world, string member)
    {
        using var counter = new CountingHandler();
        using var http = new HttpClient(counter);
        using var client = new AnthropicClient { BaseUrl = world.Gateway.DataAddress.AbsoluteUri.TrimEnd('/'), ApiKey = world.Keys[member], HttpClient = http };
        var message = await client.Messages.Create(Asked());
        var (text, reasoning) = (new StringBuilder(), new StringBuilder());
        foreach (var block in message.Content)
        {
            text.Append(block.TryPickText(out var said) ? said.Text : "");
            reasoning.Append(block.TryPickThinking(out var thought) ? thought.Thinking : "");
        }

        return (text.ToString(), reasoning.ToString(), counter.Received);
    }

    static MessageCreateParams Asked() => new() { Model = Model, MaxTokens = 2000, Messages = [new UserMessageParam(Reasoning)] };

    static async Task DecideAsync(HttpClient admin, string path, string order)
    {
        using var response = await admin.PostAsync(path, new StringContent(order, Encoding.UTF8, "application/json"));
        Assert.True(response.IsSuccessStatusCode, $"{path}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
    }

    sealed class CountingHandler() : DelegatingHandler(new SocketsHttpHandler())
    {
        public int Requests { get; private set; }

        public string Received { get; private set; } = "";

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Requests++;
            var response = await base.SendAsync(request, cancellationToken);
            await response.Content.LoadIntoBufferAsync(cancellationToken);
            Received += await response.Content.ReadAsStringAsync(cancellationToken);
            return response;
        }
    }
}
