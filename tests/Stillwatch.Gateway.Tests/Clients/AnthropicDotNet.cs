using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>The Anthropic library for .NET.</summary>
sealed class AnthropicDotNet : IPublishedClient
{
    public string Name => "Anthropic C#";

    public string Version => typeof(AnthropicClient).Assembly.GetName().Version!.ToString(3);

    public string? Obstacle => null;

    public async Task<IReadOnlyDictionary<string, FeatureResult>> RunAsync(Uri address, string key, string run, CancellationToken cancellationToken)
    {
        using var counter = new CountingHandler();
        using var http = new HttpClient(counter);
        using var client = new AnthropicClient { BaseUrl = address.AbsoluteUri.TrimEnd('/'), ApiKey = key, HttpClient = http };

        MessageCreateParams Ask(string text, ThinkingConfigParam? thinking = null) => new()
        {
            Model = "stillwatch-development",
            MaxTokens = 2000,
            Messages = [new UserMessageParam(text)],
            Thinking = thinking,
        };

        async Task<object?> Text(string text, ThinkingConfigParam? thinking = null) => Told(await client.Messages.Create(Ask(text, thinking), cancellationToken));

        async Task<object?> Streamed(string text, int most = int.MaxValue)
        {
            var events = new List<string>();
            await foreach (var each in client.Messages.CreateStreaming(Ask(text), cancellationToken))
            {
                events.Add(JsonSerializer.Serialize(each.Json));
                if (events.Count == most)
                {
                    return new { count = events.Count };
                }
            }

            return events;
        }

        return await InProcess.RunAsync(counter,
        [
            ("text", () => Text("hello")),
            ("stream", () => Streamed("hello")),
            ("refusal", () => Streamed("[dev:refusal]")),
            ("thinking", () => Text("hello", new ThinkingConfigEnabled(1024))),
            ("thinking, streamed", () => Streamed("[dev:thinking]")),
            ("error 401", () => Text("[dev:error 401]")),
            ("error 404", () => Text("[dev:error 404]")),
            ("retry after 529", () => Text($"[dev:error 529 x2] {run}")),
            ("retry after 429", () => Text($"[dev:error 429 x1] {run}")),
            ("retries run out", () => Text("[dev:error 500]")),
            ("error in a stream", () => Streamed("[dev:error-midstream]")),
            ("cut connection", () => InProcess.FailsAsync(() => Streamed("[dev:cut]"))),
            ("slow stream", () => Streamed("[dev:slow 20x10ms]")),
            ("abort a stream", () => Streamed("[dev:endless]", most: 10)),
            ("count tokens", async () => (await client.Messages.CountTokens(
                new() { Model = "stillwatch-development", Messages = [new UserMessageParam("hello there")] }, cancellationToken)).InputTokens),
        ]);
    }

    static object Told(Message reply) => new
    {
        content = reply.Content.Select(block => JsonSerializer.Serialize(block.Json)),
        stop = reply.StopReason?.Raw(),
        usage = new { reply.Usage.InputTokens, reply.Usage.OutputTokens, reply.Usage.CacheReadInputTokens },
    };
}
