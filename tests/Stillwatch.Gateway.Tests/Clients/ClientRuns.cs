using System.Collections.Concurrent;
using System.Text;
using Stillwatch.Gateway.Development;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>Runs every client once, direct and through the gateway, for all tests of <see cref="ClientTests"/>.</summary>
public sealed class ClientRuns : IAsyncLifetime
{
    const string Anthropic = "Anthropic Messages";
    const string OpenAi = "OpenAI Chat Completions";
    const int KeepReceived = 4096;
    const int AtOnce = 3; // they wait more than they work

    readonly ConcurrentDictionary<string, ClientRun> _runs = new();
    readonly ConcurrentDictionary<string, Exception> _faults = new();

    /// <summary>Every client of the table, in its order.</summary>
    internal static IReadOnlyList<(string Group, IPublishedClient Client)> All { get; } =
    [
        (Anthropic, new ClientScript("Anthropic TypeScript", "anthropic.mjs", "@anthropic-ai/sdk", "@anthropic-ai/sdk")),
        (Anthropic, new ClientScript("Anthropic TypeScript", "anthropic.mjs", "anthropic-0.137", "anthropic-0.137")),
        (Anthropic, new ClientScript("Anthropic TypeScript", "anthropic.mjs", "anthropic-0.60", "anthropic-0.60")),
        (Anthropic, new AnthropicDotNet()),
        (Anthropic, new ClientScript("Vercel AI SDK, @ai-sdk/anthropic", "ai-sdk.mjs", "anthropic", "@ai-sdk/anthropic")),
        (Anthropic, new ClientScript("Claude Code", "claude-code.mjs", "claude", "@anthropic-ai/claude-code")),
        (OpenAi, new ClientScript("OpenAI JavaScript", "openai.mjs", "openai", "openai")),
        (OpenAi, new ClientScript("OpenAI JavaScript", "openai.mjs", "openai-6", "openai-6")),
        (OpenAi, new OpenAiDotNet()),
        (OpenAi, new ClientScript("Vercel AI SDK, @ai-sdk/openai-compatible", "ai-sdk.mjs", "openai-compatible", "@ai-sdk/openai-compatible")),
    ];

    /// <summary>How the endless exchanges of both servers ended.</summary>
    internal (ReplyEnd[] Direct, ReplyEnd[] Through) Endings { get; private set; } = ([], []);

    internal IReadOnlyList<ClientRun> Finished => [.. All.Select(each => _runs.GetValueOrDefault(Id(each.Client))).OfType<ClientRun>()];

    internal static string Id(IPublishedClient client) => client is ClientScript script ? $"{script.Script} {script.Argument}" : client.Name;

    public async ValueTask InitializeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var direct = await DevelopmentUpstream.StartAsync(KeepReceived, cancellationToken: cancellationToken);
        await using var gateway = await RunningGateway.StartAsync(KeepReceived, isCrossed: false, cancellationToken);
        await Parallel.ForEachAsync(
            All.Where(each => each.Client.Obstacle is null).Select((each, i) => (each.Group, each.Client, Letter: i)),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
            async (each, token) =>
            {
                try
                {
                    var run = ((char)('a' + each.Letter)).ToString();
                    var first = await each.Client.RunAsync(direct.Address, "sk-direct", run, token);
                    var second = await each.Client.RunAsync(gateway.Address, gateway.Key, run, token);
                    _runs[Id(each.Client)] = new ClientRun(each.Group, each.Client, first, second);
                }
#pragma warning disable CA1031 // one client's fault is its own test's to report
                catch (Exception fault)
#pragma warning restore CA1031
                {
                    _faults[Id(each.Client)] = fault;
                }
            });
        Endings = (await EndingsAsync(direct), await EndingsAsync(gateway.Upstream));
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    internal ClientRun Of(IPublishedClient client)
        => _runs.TryGetValue(Id(client), out var run) ? run
            : throw new InvalidOperationException($"{client.Name} did not finish.", _faults.GetValueOrDefault(Id(client)));

    /// <summary>All endless exchanges are over: their clients have left.</summary>
    static Task<ReplyEnd[]> EndingsAsync(DevelopmentUpstream upstream)
        => Task.WhenAll(upstream.Received.Snapshot().Where(request => Encoding.UTF8.GetString(request.Body).Contains("[dev:endless]")).Select(EndAsync));

    static async Task<ReplyEnd> EndAsync(ReceivedRequest request)
    {
        await Task.WhenAny(request.Ended, Task.Delay(TimeSpan.FromSeconds(5)));
        return request.Ended.IsCompleted ? await request.Ended : ReplyEnd.Complete;
    }
}
