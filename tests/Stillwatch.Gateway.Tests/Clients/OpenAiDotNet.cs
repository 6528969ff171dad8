using System.ClientModel;
using System.ClientModel.Primitives;
using OpenAI;
using OpenAI.Chat;

namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>The OpenAI library for .NET.</summary>
sealed class OpenAiDotNet : IPublishedClient
{
    public string Name => "OpenAI .NET";

    public string Version => typeof(ChatClient).Assembly.GetName().Version!.ToString(3);

    public string? Obstacle => null;

    public async Task<IReadOnlyDictionary<string, FeatureResult>> RunAsync(Uri address, string key, string run, CancellationToken cancellationToken)
    {
        using var counter = new CountingHandler();
        using var http = new HttpClient(counter);
        var options = new OpenAIClientOptions { Endpoint = new Uri(address, "/v1"), Transport = new HttpClientPipelineTransport(http) };
        var client = new ChatClient("stillwatch-development", new ApiKeyCredential(key), options);
        var weather = ChatTool.CreateFunctionTool(
            "weather", "The weather of a city", BinaryData.FromString("""{"type":"object","required":["city"],"properties":{"city":{"type":"string"}}}"""));

        async Task<object?> Text(string text) => Told(await client.CompleteChatAsync([new UserChatMessage(text)], null, cancellationToken));

        async Task<object?> Streamed(string text, int most = int.MaxValue)
        {
            var (said, finish, usage, seen) = ("", "", 0, 0);
            await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage(text)], null, cancellationToken))
            {
                said += string.Concat(update.ContentUpdate.Select(part => part.Text));
                finish = update.FinishReason?.ToString() ?? finish;
                usage = update.Usage?.TotalTokenCount ?? usage;
                if (++seen == most)
                {
                    break;
                }
            }

            return new { said, finish, usage };
        }

        return await InProcess.RunAsync(counter,
        [
            ("text", () => Text("hello")),
            ("stream", () => Streamed("hello")),
            ("refusal", () => Streamed("[dev:refusal]")),
            ("tools", async () =>
            {
                var withTools = new ChatCompletionOptions { Tools = { weather } };
                List<ChatMessage> messages = [new UserChatMessage("[dev:tool]")];
                var first = (await client.CompleteChatAsync(messages, withTools, cancellationToken)).Value;
                messages.AddRange([new AssistantChatMessage(first), new ToolChatMessage(first.ToolCalls[0].Id, "sunny")]);
                return new { first = Told(first), second = Told(await client.CompleteChatAsync(messages, withTools, cancellationToken)) };
            }),
            ("error 401", () => Text("[dev:error 401]")),
            ("error 404", () => Text("[dev:error 404]")),
            ("retry after 429", () => Text($"[dev:error 429 x1] {run}")),
            ("retries run out", () => Text("[dev:error 500]")),
            ("error in a stream", () => Streamed("[dev:error-midstream]")),
            ("cut connection", () => InProcess.FailsAsync(() => Streamed("[dev:cut]"))),
            ("slow stream", () => Streamed("[dev:slow 20x10ms]")),
            ("abort a stream", () => Streamed("[dev:endless]", most: 10)),
        ]);
    }

    static object Told(ChatCompletion reply) => new
    {
        content = reply.Content.Select(part => part.Text),
        finish = reply.FinishReason.ToString(),
        calls = reply.ToolCalls.Select(call => new { call.FunctionName, arguments = call.FunctionArguments.ToString() }),
        usage = new { reply.Usage.InputTokenCount, reply.Usage.OutputTokenCount, reply.Usage.TotalTokenCount },
    };
}
