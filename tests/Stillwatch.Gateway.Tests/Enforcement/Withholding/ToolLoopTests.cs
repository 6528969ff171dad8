using Anthropic.Models.Messages;
using Anthropic;
using Microsoft.Extensions.Logging.Abstractions;
using OpenAI.Chat;
using OpenAI;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Policies;
using Stillwatch.Gateway.Tests.Support;
using System.ClientModel.Primitives;
using System.ClientModel;
using System.Text.Json;
using System.Text;
using VerificationLevel = Stillwatch.Engine.Exchanges.VerificationLevel;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>Tool loops of published libraries while their reasoning is withheld, on upstreams that refuse a turn whose reasoning does not come back.</summary>
public sealed class ToolLoopTests
{
    [Theory]
    [InlineData("Anthropic", false)]
    [InlineData("Anthropic", true)]
    [InlineData("OpenAi", false)]
    [InlineData("OpenAi", true)]
    public async Task The_anthropic_library_goes_on_working_and_sees_no_reasoning(string served, bool isStreamed)
    {
        var dialect = Enum.Parse<Dialect>(served);
        await using var upstream = ReasoningUpstreams.Of(dialect);
        await using var gateway = await WithholdingAsync(dialect, upstream);
        using var received = new ReceivedBytes();
        using var http = new HttpClient(received);
        using var client = new AnthropicClient { BaseUrl = gateway.Address.AbsoluteUri.TrimEnd('/'), ApiKey = gateway.Host.DevelopmentKey!, HttpClient = http };
        List<MessageParam> messages = [new UserMessageParam("How is the weather in both towns?")];
        for (var turn = 0; turn < ReasoningUpstreams.Calls; turn++)
        {
            var message = await AskAsync(client, messages, isStreamed);
            Assert.Equal("tool_use", message.StopReason!.Raw());
            Assert.Equal(2, message.Content.Count);
            Assert.Equal("thinking", message.Content[0].Json.GetProperty("type").GetString());
            Assert.Equal("", message.Content[0].Json.GetProperty("thinking").GetString());
            Assert.Equal($"town {turn}", message.Content[1].Json.GetProperty("input").GetProperty("city").GetString());
            messages.Add(new AssistantMessageParam(new List<ContentBlockParam>(message.Content.Select(block => new ContentBlockParam(block.Json)))));
            messages.Add(new UserMessageParam(new List<ContentBlockParam>
            {
                new ToolResultBlockParam(message.Content[1].Json.GetProperty("id").GetString()!) { Content = "sunny" },
            }));
        }

        var last = await AskAsync(client, messages, isStreamed);
        Assert.Equal(ReasoningUpstreams.Answer, last.Content[^1].Json.GetProperty("text").GetString());
        Leaks.AssertNone(received.All, ReasoningUpstreams.AllReasoning, "", "the library");
        Assert.DoesNotContain("thinking_tokens", Encoding.UTF8.GetString(received.All));
        Assert.Equal(ReasoningUpstreams.Calls + 1, upstream.Requests.Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_openai_library_goes_on_working_and_sees_no_reasoning(bool isStreamed)
    {
        await using var upstream = ReasoningUpstreams.Of(Dialect.OpenAi);
        await using var gateway = await WithholdingAsync(Dialect.OpenAi, upstream);
        using var received = new ReceivedBytes();
        using var http = new HttpClient(received);
        var options = new OpenAIClientOptions { Endpoint = new Uri(gateway.Address, "/v1"), Transport = new HttpClientPipelineTransport(http) };
        var client = new ChatClient("m", new ApiKeyCredential(gateway.Host.DevelopmentKey!), options);
        var tools = new ChatCompletionOptions
        {
            Tools = { ChatTool.CreateFunctionTool("weather", "", BinaryData.FromString("""{"type":"object","properties":{"city":{"type":"string"}}}""")) },
        };
        List<ChatMessage> messages = [new UserChatMessage("How is the weather in both towns?")];
        for (var turn = 0; turn < ReasoningUpstreams.Calls; turn++)
        {
            var (_, calls) = await AskAsync(client, messages, tools, isStreamed);
            Assert.Equal($$"""{"city":"town {{turn}}"}""", calls.Single().FunctionArguments.ToString());
            messages.Add(new AssistantChatMessage(calls));
            messages.Add(new ToolChatMessage(calls[0].Id, "sunny"));
        }

        Assert.Equal(ReasoningUpstreams.Answer, (await AskAsync(client, messages, tools, isStreamed)).Text);
        Leaks.AssertNone(received.All, ReasoningUpstreams.AllReasoning, "", "the library");
        Assert.DoesNotContain("reasoning_tokens", Encoding.UTF8.GetString(received.All));
    }

    [Fact]
    public async Task An_account_that_is_no_longer_withheld_still_gets_its_tokens_opened_and_another_never()
    {
        await using var upstream = ReasoningUpstreams.Of(Dialect.Anthropic);
        await using var gateway = await WithholdingAsync(Dialect.Anthropic, upstream);
        using var first = await PostAsync(gateway.Client, """{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""");
        var content = first.RootElement.GetProperty("content").GetRawText();
        gateway.Host.Parts.Policy = new PolicyInForce(new AccessPolicy());
        var next = $$"""{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":{{content}}},{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_0","content":"sunny"}]}]}""";
        using var second = await PostAsync(gateway.Client, next);
        Assert.Equal(ReasoningUpstreams.Read(1), second.RootElement.GetProperty("content")[0].GetProperty("thinking").GetString());

        var other = gateway.Host.Keys.Create(new Gateway.Keys.KeyRequest("acct_other"));
        using var foreign = gateway.ClientWith(other.Text);
        using var refused = await foreign.PostAsync("/v1/messages", new StringContent(next));
        Assert.Equal(System.Net.HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.DoesNotContain("Ponder", upstream.Requests.Last().Text);
        Assert.DoesNotContain("c3ctc2VhbC", upstream.Requests.Last().Text);
    }

    static async Task<JsonDocument> PostAsync(HttpClient client, string body)
    {
        using var response = await client.PostAsync("/v1/messages", new StringContent(body));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text);
    }

    // Below the level that reasoning needs, an account gets what the rung withhold gives.
    static Task<TestGateway> WithholdingAsync(Dialect dialect, ScriptedUpstream upstream) => TestGateway.StartAsync(
        new ServeOptions
        {
            IsDevelopment = true,
            Logs = NullLoggerFactory.Instance,
            Policy = new AccessPolicy
            {
                Levels = new LevelPolicy { Rules = [new("reasoning", GatedFeature.Reasoning, [], [], VerificationLevel.Person, RuleMode.Enforce)] },
            },
        },
        config => config, dialect, upstream.Address);

    static async Task<Message> AskAsync(AnthropicClient client, List<MessageParam> messages, bool isStreamed)
    {
        var ask = new MessageCreateParams
        {
            Model = "m",
            MaxTokens = 2000,
            Messages = messages,
            Tools = [new Tool { Name = "weather", InputSchema = new() { Required = ["city"] } }],
        };
        return isStreamed ? await client.Messages.CreateStreaming(ask).Aggregate() : await client.Messages.Create(ask);
    }

    static async Task<(string Text, List<ChatToolCall> Calls)> AskAsync(ChatClient client, List<ChatMessage> messages, ChatCompletionOptions tools, bool isStreamed)
    {
        if (!isStreamed)
        {
            var whole = (await client.CompleteChatAsync(messages, tools)).Value;
            return (string.Concat(whole.Content.Select(part => part.Text)), [.. whole.ToolCalls]);
        }

        var (text, id, arguments) = ("", "", "");
        await foreach (var update in client.CompleteChatStreamingAsync(messages, tools))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            foreach (var call in update.ToolCallUpdates)
            {
                id = call.ToolCallId ?? id;
                arguments += call.FunctionArgumentsUpdate;
            }
        }

        return (text, id.Length == 0 ? [] : [ChatToolCall.CreateFunctionToolCall(id, "weather", BinaryData.FromString(arguments))]);
    }

    /// <summary>Keeps every byte a client received, heads included.</summary>
    sealed class ReceivedBytes() : DelegatingHandler(new SocketsHttpHandler { UseProxy = false })
    {
        readonly MemoryStream _all = new();

        public byte[] All => _all.ToArray();

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            _all.Write(Encoding.UTF8.GetBytes(response.ToString()));
            _all.Write(bytes);
            var kept = new ByteArrayContent(bytes);
            foreach (var (name, values) in response.Content.Headers)
            {
                kept.Headers.TryAddWithoutValidation(name, values);
            }

            response.Content = kept;
            return response;
        }
    }
}
