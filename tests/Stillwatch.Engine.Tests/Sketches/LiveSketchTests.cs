using System.Runtime.InteropServices;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Tests.Sketches;

/// <summary>What a gateway sketches in two steps is what a scan of the log makes of the same exchange, bit by bit.</summary>
public sealed class LiveSketchTests
{
    readonly ParsedExchange _parsed = new();
    readonly RequestOutline _outline = new();
    readonly Sketcher _scan;
    readonly Sketcher _gateway;

    public LiveSketchTests()
    {
        // One process: the two share key, models and ids, as the gateway's pool of sketchers does.
        var (key, models, ids, apps) = (DetectionKey.FromText("live"), new ModelNames(), new AccountIds(), new AppRegister([]));
        _scan = new Sketcher(key, models, ids, apps);
        _gateway = new Sketcher(key, models, ids, apps);
    }

    [Fact]
    public void The_live_path_and_the_log_path_give_the_identical_sketch()
    {
        var random = new Bodies(31);
        for (var i = 0; i < 500; i++)
        {
            var (api, body) = random.Next();
            AssertSame(api, body, random.Text(), random.Below(2) == 0 ? random.Below(3_000) : -1);
        }
    }

    [Fact]
    public void Prompts_of_the_corpus_are_sketched_alike_on_both_paths()
    {
        foreach (var (text, system) in CorpusTexts.Take(200))
        {
            var body = $$"""{"model":"m","system":{{system}},"messages":[{"role":"user","content":{{text}}}]}""";
            AssertSame(ExchangeApi.AnthropicMessages, body, text[1..^1], 17);
        }
    }

    [Fact]
    public void An_exchange_moved_in_time_is_what_a_log_line_of_that_time_gives()
    {
        const string Body = """{"model":"m","messages":[{"role":"user","content":"x"}]}""";
        var line = Encoding.UTF8.GetString(Bodies.Line(ExchangeApi.OpenAiChat, Body)).Replace("00:00:00Z", "00:09:00Z");
        Assert.True(ExchangeParser.TryParse(Encoding.UTF8.GetBytes(line), _parsed, out _));
        _scan.Sketch(_parsed, out var logged);

        var live = Live(ExchangeApi.OpenAiChat, Body);
        using var output = new OutputText();
        _gateway.Complete(ref live, 200, -1, output);
        Assert.NotEqual(logged.Order, live.Order);
        _gateway.Retime(ref live, logged.TimeMs, "ex_1"u8);

        Assert.Equal(Bytes(logged), Bytes(live));
    }

    [Fact]
    public void A_failed_exchange_is_marked_when_it_is_completed()
    {
        var live = Live(ExchangeApi.OpenAiChat, """{"model":"m","messages":[]}""");
        Assert.False(live.Traits.HasFlag(ExchangeTraits.Failed));
        using var output = new OutputText();
        _gateway.Complete(ref live, 529, -1, output);
        Assert.True(live.Traits.HasFlag(ExchangeTraits.Failed));
        Assert.Equal(-1, live.OutputTokens);
    }

    void AssertSame(ExchangeApi api, string body, string said, int outputTokens)
    {
        var usage = outputTokens < 0 ? "null" : $"{{\"input_tokens\":1,\"output_tokens\":{outputTokens}}}";
        var response = $"{{\"id\":\"msg_1\",\"usage\":{usage},\"content\":[{{\"type\":\"text\",\"text\":\"{said}\"}},{{\"type\":\"tool_use\",\"id\":\"toolu_9\",\"name\":\"n\"}}]}}";
        Assert.True(ExchangeParser.TryParse(Bodies.Line(api, body, response), _parsed, out var reason), reason.ToString());
        _scan.Sketch(_parsed, out var logged);

        var live = Live(api, body);
        using var output = new OutputText();
        output.AddIssuedId("msg_1"u8);
        output.BeginPart();
        output.AppendEscaped(Encoding.UTF8.GetBytes(said));
        output.AddIssuedId("toolu_9"u8);
        _gateway.Complete(ref live, 200, outputTokens, output);

        Assert.Equal(Bytes(logged), Bytes(live));
    }

    ExchangeSketch Live(ExchangeApi api, string body)
    {
        Assert.True(ExchangeParser.TryParseRequest(Encoding.UTF8.GetBytes(body), api, _parsed, _outline, out var fault), fault.ToString());
        Bodies.FillCaller(_parsed);
        _gateway.SketchRequest(_parsed, out var sketch);
        return sketch;
    }

    static byte[] Bytes(ExchangeSketch sketch) => MemoryMarshal.AsBytes(new ReadOnlySpan<ExchangeSketch>(in sketch)).ToArray();
}
