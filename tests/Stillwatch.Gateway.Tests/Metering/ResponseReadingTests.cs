using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

public sealed class ResponseReadingTests
{
    const int SampledCuts = 40;

    [Fact]
    public void Every_recorded_response_reads_as_its_last_stated_usage()
    {
        SkipWithoutRecordings();
        var recordings = RecordedStreams.Recorded();
        Assert.InRange(recordings.Count, 40, 1000);
        Assert.All(recordings, AgreesWithTheOracle);
    }

    [Fact]
    public void Every_built_in_response_reads_as_its_last_stated_usage()
    {
        Assert.All(RecordedStreams.BuiltIn, AgreesWithTheOracle);
        Assert.All(RecordedStreams.BuiltIn, recording =>
        {
            using var reading = RecordedStreams.Read(recording);
            Assert.True(reading is { IsComplete: true, OutputIsFinal: true, HasError: false });
        });
    }

    [Fact]
    public void The_four_counts_of_the_built_in_streams_are_these()
    {
        Assert.Equal(
            [(25, 4000, 300, 47), (232, 640, 128, 33), (9, null, null, 4), (19, 320, null, 83), (5, 7, null, 11), (30, 20, null, 12)],
            RecordedStreams.BuiltIn.Select(recording =>
            {
                using var r = RecordedStreams.Read(recording);
                return (r.InputTokens, r.CacheReadTokens, r.CacheWriteTokens, r.OutputTokens);
            }));
    }

    [Fact]
    public void The_text_and_the_ids_are_gathered_for_the_sketch()
    {
        using var messages = RecordedStreams.Read(RecordedStreams.BuiltIn[0]);
        Assert.Equal("Gr\u00fc\u00dfe \U0001F600 und mehr"u8, messages.Output.Text);
        Assert.Equal(["msg_1", "toolu_1"], Ids(messages));
        using var choices = RecordedStreams.Read(RecordedStreams.BuiltIn[2]);
        Assert.Equal("one two\ndue"u8, choices.Output.Text); // of choices woven together the first is kept whole
        using var body = RecordedStreams.Read(RecordedStreams.BuiltIn[5]);
        Assert.Equal("Hi"u8, body.Output.Text);
        Assert.Equal(["chatcmpl-3", "call_3"], Ids(body));
    }

    [Fact]
    public void Any_split_of_a_built_in_stream_reads_alike() => Assert.All(RecordedStreams.BuiltIn.Where(r => r.IsStream), r => SplitsReadAlike(r, r.Bytes.Length));

    [Fact]
    public void Any_split_of_a_recorded_stream_reads_alike()
    {
        SkipWithoutRecordings();
        Assert.All(RecordedStreams.Recorded().Where(r => r.IsStream), r => SplitsReadAlike(r, RecordedStreams.IsFull ? r.Bytes.Length : SampledCuts));
    }

    [Theory]
    [InlineData("""{"usage":{"input_tokens":-1,"output_tokens":3000000000,"cache_read_input_tokens":1.5,"cache_creation_input_tokens":"7"}}""")]
    [InlineData("""{"usage":{"input_tokens":null,"output_tokens":1e400,"cache_read_input_tokens":{"a":[1]},"cache_creation_input_tokens":[]}}""")]
    [InlineData("""{"usage":[1]}""")]
    [InlineData("""{"usage":"many"}""")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("{")]
    [InlineData("")]
    public void Absurd_counts_are_unknown(string body)
    {
        using var reading = new ResponseReading(Dialect.Anthropic);
        reading.ReadBody(Encoding.UTF8.GetBytes(body));
        Assert.Null(reading.InputTokens ?? reading.OutputTokens ?? reading.CacheReadTokens ?? reading.CacheWriteTokens);
        Assert.False(reading.OutputIsFinal);
    }

    [Fact]
    public void A_prompt_smaller_than_its_cached_part_stands_without_the_parts()
    {
        using var reading = new ResponseReading(Dialect.OpenAi);
        reading.ReadBody("""{"usage":{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":40}}}"""u8);
        Assert.Equal((10, null, 1), (reading.InputTokens, reading.CacheReadTokens, reading.OutputTokens));
    }

    [Theory]
    [InlineData(true, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n")]
    [InlineData(true, "data: {\"error\":{\"type\":\"overloaded_error\"},\"type\":\"error\"}\n\n")]
    [InlineData(true, "event: error\ndata: gone\n\n")]
    [InlineData(false, "data: {\"error\":{\"message\":\"gone\"}}\n\n")]
    [InlineData(false, "data: {\"object\":\"error\",\"message\":\"gone\"}\n\n")]
    public void An_error_in_a_stream_is_seen_and_is_no_end(bool isAnthropic, string stream)
    {
        using var reading = RecordedStreams.Read(new RecordedResponse("error", isAnthropic ? Dialect.Anthropic : Dialect.OpenAi, true, Encoding.UTF8.GetBytes(stream)));
        Assert.True(reading is { HasError: true, IsComplete: false });
    }

    [Fact]
    public void The_events_name_counts_where_the_data_has_no_type_and_unknown_events_change_nothing()
    {
        const string Stream = "event: message_delta\ndata: {\"usage\":{\"output_tokens\":5}}\n\n"
            + "event: news\ndata: {\"type\":\"news\",\"delta\":{\"type\":\"text_delta\",\"text\":\"x\"},\"usage\":{\"output_tokens\":9}}\n\n"
            + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"type\":\"news_delta\",\"text\":\"x\"}}\n\n";
        using var reading = RecordedStreams.Read(new RecordedResponse("names", Dialect.Anthropic, true, Encoding.UTF8.GetBytes(Stream)));
        Assert.Equal((5, true, 0L), (reading.OutputTokens, reading.OutputIsFinal, reading.GeneratedBytes));
    }

    [Theory]
    [InlineData("""{"reasoning":"abc","reasoning_content":"abc","reasoning_details":[{"type":"reasoning.text","text":"abc"}]}""", 3)]
    [InlineData("""{"reasoning_details":[{"type":"reasoning.summary","summary":"abcd"}]}""", 4)]
    [InlineData("""{"refusal":"no"}""", 2)]
    [InlineData("""{"content":[{"type":"text","text":"ab"},{"type":"text","text":"cd"}]}""", 4)]
    public void Reasoning_is_counted_once_whatever_carries_it(string delta, long bytes)
    {
        using var reading = RecordedStreams.Read(RecordedStreams.Stream("reasoning", Dialect.OpenAi, $$"""{"choices":[{"index":0,"delta":{{delta}}}]}"""));
        Assert.Equal(bytes, reading.GeneratedBytes);
    }

    [Fact]
    public void A_stream_without_an_end_is_not_complete_and_its_count_not_final()
    {
        foreach (var recording in RecordedStreams.BuiltIn.Where(r => r.IsStream))
        {
            var events = Encoding.UTF8.GetString(recording.Bytes).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            var cut = Encoding.UTF8.GetBytes(string.Concat(events[..(events.Length / 2)].Select(e => e + "\n\n")));
            using var reading = RecordedStreams.Read(recording with { Bytes = cut });
            Assert.False(reading.IsComplete || reading.OutputIsFinal);
        }
    }

    static string[] Ids(ResponseReading reading)
        => [.. Enumerable.Range(0, reading.Output.IssuedIds).Select(i => Encoding.UTF8.GetString(reading.Output.IssuedId(i)))];

    static void AgreesWithTheOracle(RecordedResponse recording)
    {
        using var reading = RecordedStreams.Read(recording);
        var oracle = UsageOracle.Of(recording);
        Assert.Equal(
            (oracle.Input, oracle.CacheRead, oracle.CacheWrite, oracle.Output, oracle.GeneratedBytes),
            (reading.InputTokens, reading.CacheReadTokens, reading.CacheWriteTokens, reading.OutputTokens, reading.GeneratedBytes));
    }

    static void SplitsReadAlike(RecordedResponse recording, int count)
    {
        using var whole = RecordedStreams.Read(recording);
        var line = RecordedStreams.Line(whole);
        for (var i = 0; i < count; i++)
        {
            using var split = RecordedStreams.Read(recording, (int)((long)recording.Bytes.Length * i / count));
            Assert.Equal(line, RecordedStreams.Line(split));
        }

        using var bytewise = RecordedStreams.Read(recording, Enumerable.Range(1, recording.Bytes.Length - 1));
        Assert.Equal(line, RecordedStreams.Line(bytewise));
    }

    static void SkipWithoutRecordings()
        => Assert.SkipWhen(RecordedStreams.Folder is null, "STILLWATCH_CORPUS names no folder with ../streams beside it; the twins of this test run on built-in streams");
}
