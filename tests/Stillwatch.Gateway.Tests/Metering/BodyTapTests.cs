using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

public sealed class BodyTapTests
{
    const string Usage = "\"usage\":{\"prompt_tokens\":7,\"completion_tokens\":9}";

    [Theory]
    [InlineData(10, 1)]
    [InlineData(100_000, 777)]
    [InlineData(3_000_000, 65_536)]
    public void A_body_within_the_limit_reads_as_if_it_had_come_whole(int textBytes, int chunkBytes)
    {
        var body = Body(textBytes);
        using var direct = new ResponseReading(Dialect.OpenAi);
        direct.ReadBody(body);
        using var tapped = Tap(body, chunkBytes);
        Assert.Equal(RecordedStreams.Line(direct), RecordedStreams.Line(tapped));
        Assert.True(tapped is { IsComplete: true, OutputTokens: 9, OutputIsFinal: true });
    }

    [Theory]
    [InlineData(BodyTap.MaxBytes - 70, 4096)] // the cut goes through the usage
    [InlineData(BodyTap.MaxBytes + 5_000, 4096)]
    [InlineData(BodyTap.MaxBytes + 5_000_000, 65_536)]
    public void The_usage_at_the_end_of_a_body_too_long_to_keep_is_found(int textBytes, int chunkBytes)
    {
        using var reading = Tap(Body(textBytes), chunkBytes);
        Assert.Equal((7, 9, true), (reading.InputTokens, reading.OutputTokens, reading.OutputIsFinal));
    }

    [Fact]
    public void A_body_too_long_to_keep_that_states_no_usage_is_estimated_from_all_of_it()
    {
        using var reading = Tap(Encoding.UTF8.GetBytes("{\"choices\":[{\"message\":{\"content\":\"" + new string('x', 6_000_000) + "\"}}]}"), 65_536);
        Assert.InRange(reading.GeneratedBytes, 1_800_000, 6_000_100);
        Assert.False(reading.OutputIsFinal);
    }

    [Fact]
    public void The_word_usage_inside_a_text_is_no_usage()
    {
        using var reading = new ResponseReading(Dialect.Anthropic);
        reading.ReadBodyEnd("""…"},{"usage":{"input_tokens":3,"output_tokens":5}},{"text":"\"usage\":{ and \"usage\" "}]}"""u8, 100);
        Assert.Equal((3, 5), (reading.InputTokens, reading.OutputTokens));
    }

    static byte[] Body(int textBytes)
        => Encoding.UTF8.GetBytes($$"""{"id":"c","choices":[{"index":0,"message":{"content":"{{new string('x', textBytes)}}"},"finish_reason":"stop"}],{{Usage}}}""");

    static ResponseReading Tap(byte[] body, int chunkBytes)
    {
        using var tap = new BodyTap();
        for (var from = 0; from < body.Length; from += chunkBytes)
        {
            tap.Add(body.AsSpan(from, Math.Min(chunkBytes, body.Length - from)));
        }

        var reading = new ResponseReading(Dialect.OpenAi);
        tap.ReadInto(reading);
        return reading;
    }
}
