using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

public sealed class SettlementTests(LoadedCounter loaded) : IClassFixture<LoadedCounter>
{
    static readonly byte[] s_request = """{"model":"m","messages":[{"role":"user","content":"How are you?"}]}"""u8.ToArray();

    readonly TokenCounter _counter = loaded.Counter;

    [Fact]
    public void A_recorded_response_that_states_its_usage_settles_at_it()
    {
        Assert.SkipWhen(RecordedStreams.Folder is null, "STILLWATCH_CORPUS names no folder with ../streams beside it; the twin runs on built-in streams");
        Assert.All(RecordedStreams.Recorded(), SettlesAsStated);
    }

    [Fact]
    public void A_built_in_response_that_states_its_usage_settles_at_it() => Assert.All(RecordedStreams.BuiltIn, SettlesAsStated);

    [Fact]
    public void A_recorded_stream_broken_off_at_any_event_settles_at_what_it_had_come_to()
    {
        Assert.SkipWhen(RecordedStreams.Folder is null, "STILLWATCH_CORPUS names no folder with ../streams beside it; the twin runs on built-in streams");
        Assert.All(RecordedStreams.Recorded().Where(r => r.IsStream), SettlesAtEveryEvent);
    }

    [Fact]
    public void A_built_in_stream_broken_off_at_any_event_settles_at_what_it_had_come_to() => Assert.All(RecordedStreams.BuiltIn.Where(r => r.IsStream), SettlesAtEveryEvent);

    [Theory]
    [InlineData(true, """{"type":"error","error":{"type":"overloaded_error","message":"x"}}""")]
    [InlineData(false, """{"error":{"message":"x"}}""")]
    [InlineData(false, "<html>Bad Gateway</html>")]
    public void An_error_before_any_output_costs_nothing(bool isAnthropic, string body)
    {
        using var reading = new ResponseReading(isAnthropic ? Dialect.Anthropic : Dialect.OpenAi);
        reading.ReadBody(Encoding.UTF8.GetBytes(body));
        Assert.Equal(default, Settlement.Of(reading, s_request, _counter, 529));
    }

    [Fact]
    public void A_client_that_leaves_before_the_first_byte_has_had_its_input_read()
    {
        using var reading = new ResponseReading(Dialect.OpenAi);
        var settlement = Settlement.Of(reading, s_request, _counter);
        Assert.True(settlement is { IsEstimated: true, Usage.OutputTokens: 0 });
        Assert.InRange(settlement.Usage.InputTokens, 8, 16);
    }

    [Fact]
    public void A_usage_of_noughts_where_there_was_text_is_not_believed()
    {
        using var reading = new ResponseReading(Dialect.OpenAi);
        reading.ReadBody("""{"choices":[{"index":0,"message":{"content":"Hello, world."},"finish_reason":"stop"}],"usage":{"prompt_tokens":0,"completion_tokens":0}}"""u8);
        var settlement = Settlement.Of(reading, s_request, _counter, 200);
        Assert.True(settlement is { IsEstimated: true, Usage.OutputTokens: 4, Usage.InputTokens: > 0 });
    }

    [Fact]
    public void An_output_longer_than_what_is_kept_is_estimated_in_proportion()
    {
        var text = string.Concat(Enumerable.Range(0, 20_000).Select(i => $"word{i % 10} "));
        var chunks = text.Chunk(1000).Select(part => $$$"""{"choices":[{"index":0,"delta":{"content":"{{{new string(part)}}}"}}]}""");
        using var reading = RecordedStreams.Read(RecordedStreams.Stream("long", Dialect.OpenAi, chunks));
        var own = Settlement.Of(reading, s_request, _counter).Usage.OutputTokens;
        Assert.InRange(own, 38_000, 42_000);
    }

    void SettlesAsStated(RecordedResponse recording)
    {
        using var reading = RecordedStreams.Read(recording);
        var oracle = UsageOracle.Of(recording);
        var settlement = Settlement.Of(reading, s_request, _counter, 200);
        if (reading.OutputIsFinal && oracle is { Input: > 0, Output: > 0 })
        {
            Assert.False(settlement.IsEstimated);
            Assert.Equal((oracle.Input, oracle.CacheRead ?? 0, oracle.CacheWrite ?? 0, oracle.Output), Counts(settlement));
        }
        else
        {
            Assert.True(settlement is { IsEstimated: true, Usage.InputTokens: > 0, Usage.OutputTokens: > 0 });
        }
    }

    void SettlesAtEveryEvent(RecordedResponse recording)
    {
        using var reader = new SseReader();
        using var reading = new ResponseReading(recording.Dialect);
        ReadOnlySpan<byte> chunk = recording.Bytes;
        var (before, position) = (0, 0);
        while (reader.TryRead(ref chunk, out var frame))
        {
            reading.ReadEvent(frame);
            position += frame.Raw.Length;
            var settlement = Settlement.Of(reading, s_request, _counter, 200);
            var oracle = UsageOracle.Of(recording with { Bytes = recording.Bytes[..position] });
            if (oracle.Input + (oracle.CacheRead ?? 0) + (oracle.CacheWrite ?? 0) > 0)
            {
                Assert.Equal((oracle.Input, oracle.CacheRead ?? 0, oracle.CacheWrite ?? 0), (settlement.Usage.InputTokens, settlement.Usage.CacheReadTokens, settlement.Usage.CacheWriteTokens));
            }

            var output = settlement.Usage.OutputTokens;
            Assert.True(settlement.Usage.InputTokens > 0 && output >= (oracle.Output ?? 0));
            Assert.True(oracle.GeneratedBytes == 0 || output > 0);
            Assert.Equal(settlement.IsEstimated, !reading.OutputIsFinal || oracle.Input is null);
            if (settlement.IsEstimated)
            {
                // More text seldom makes fewer tokens: two words that become one; and the estimate beyond the sample is a proportion.
                Assert.InRange(output, (int)(0.95 * before) - 2, int.MaxValue);
                before = output;
            }
        }
    }

    static (int?, int, int, int?) Counts(Settlement settlement)
        => (settlement.Usage.InputTokens, settlement.Usage.CacheReadTokens, settlement.Usage.CacheWriteTokens, settlement.Usage.OutputTokens);
}
