using System.Buffers;
using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using System.Text.Json;
using Anthropic;
using Anthropic.Models.Messages;
using OpenAI;
using OpenAI.Chat;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Enforcement.Refusals;
using Stillwatch.Gateway.Tests.Enforcement.Withholding;

namespace Stillwatch.Gateway.Tests.Enforcement.Refusals;

public sealed class RefusalTests
{
    const string Explanation = "Requests for <reasoning> are declined; \"appeal\" at /appeals.";

    static readonly DateTimeOffset Time = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Fact]
    public void A_refused_message_says_so_in_the_official_shape()
    {
        using var message = JsonDocument.Parse(Written(Dialect.Anthropic, stream: false));
        Assert.Equal("refusal", message.RootElement.GetProperty("stop_reason").GetString());
        AssertDetails(message.RootElement.GetProperty("stop_details"));
        Assert.Equal(0, message.RootElement.GetProperty("content").GetArrayLength());
        Assert.Equal(0, message.RootElement.GetProperty("usage").GetProperty("output_tokens").GetInt32());
    }

    [Fact]
    public void A_refused_stream_is_a_legal_one()
    {
        var bytes = Encoding.UTF8.GetBytes(Written(Dialect.Anthropic, stream: true));
        var events = Spoken.Stream(Dialect.Anthropic, bytes).Events;
        MessageRules.Assert(events, "refusal");
        Assert.Equal(["message_start", "message_delta", "message_stop"], events.Select(each => each.GetProperty("type").GetString()));
        Assert.Equal(JsonValueKind.Null, events[0].GetProperty("message").GetProperty("stop_reason").ValueKind);
        AssertDetails(events[1].GetProperty("delta").GetProperty("stop_details"));
        var reading = new Gateway.Metering.ResponseReading(Dialect.Anthropic);
        using var reader = new Gateway.Metering.SseReader();
        ReadOnlySpan<byte> chunk = bytes;
        while (reader.TryRead(ref chunk, out var frame))
        {
            reading.ReadEvent(frame);
        }

        Assert.True(reading.IsComplete);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_refused_chat_stream_has_usage_only_where_it_was_asked_for(bool includeUsage)
    {
        var text = Written(Dialect.OpenAi, stream: true, includeUsage);
        var events = Spoken.Stream(Dialect.OpenAi, Encoding.UTF8.GetBytes(text)).Events;
        Assert.Equal(includeUsage ? 3 : 2, events.Count);
        Assert.Equal(Explanation, events[0].GetProperty("choices")[0].GetProperty("delta").GetProperty("refusal").GetString());
        Assert.Equal("content_filter", events[1].GetProperty("choices")[0].GetProperty("finish_reason").GetString());
        Assert.Equal(includeUsage, events[0].TryGetProperty("usage", out _));
        Assert.EndsWith("data: [DONE]\n\n", text);
    }

    [Fact]
    public async Task Published_libraries_understand_a_refusal()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        await using var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.Run(async context =>
        {
            using var body = await JsonDocument.ParseAsync(context.Request.Body);
            var stream = body.RootElement.TryGetProperty("stream", out var stated) && stated.GetBoolean();
            var face = context.Request.Path == "/v1/messages" ? Dialect.Anthropic : Dialect.OpenAi;
            await Refusal.WriteAsync(context, face, stream, "m", "req_1", Explanation, includeUsage: true, Time);
        });
        await server.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        using var anthropic = new AnthropicClient { BaseUrl = server.Urls.Single(), ApiKey = "k", HttpClient = http };
        var ask = new MessageCreateParams { Model = "m", MaxTokens = 9, Messages = [new UserMessageParam("hi")] };
        foreach (var message in (Message[])[await anthropic.Messages.Create(ask), await anthropic.Messages.CreateStreaming(ask).Aggregate()])
        {
            Assert.Equal("refusal", message.StopReason!.Raw());
            Assert.Equal("reasoning_extraction", message.StopDetails!.Category!.Raw());
            Assert.Equal(Explanation, message.StopDetails.Explanation);
        }

        var options = new OpenAIClientOptions { Endpoint = new Uri(server.Urls.Single() + "/v1"), Transport = new HttpClientPipelineTransport(http) };
        var openAi = new ChatClient("m", new ApiKeyCredential("k"), options);
        var whole = (await openAi.CompleteChatAsync([new UserChatMessage("hi")])).Value;
        Assert.Equal(ChatFinishReason.ContentFilter, whole.FinishReason);
        Assert.Equal(Explanation, whole.Refusal);
        var refusal = "";
        await foreach (var update in openAi.CompleteChatStreamingAsync([new UserChatMessage("hi")]))
        {
            refusal += update.RefusalUpdate;
        }

        Assert.Equal(Explanation, refusal);
    }

    static void AssertDetails(JsonElement details)
    {
        Assert.Equal("refusal", details.GetProperty("type").GetString());
        Assert.Equal("reasoning_extraction", details.GetProperty("category").GetString());
        Assert.Equal(Explanation, details.GetProperty("explanation").GetString());
    }

    static string Written(Dialect face, bool stream, bool includeUsage = false)
    {
        var output = new ArrayBufferWriter<byte>();
        Refusal.Write(output, face, stream, "m", "req_1", Explanation, includeUsage, Time);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
