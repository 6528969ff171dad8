using System.Diagnostics;
using System.Text;
using Microsoft.ML.Tokenizers;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Metering;

public sealed class TokenCounterTests(LoadedCounter loaded) : IClassFixture<LoadedCounter>
{
    const string Prose = "The quick brown fox jumps over the lazy dog; it isn't the first time (nor the last). ";

    readonly TokenCounter _counter = loaded.Counter;

    [Fact]
    public void Ordinary_text_within_the_budget_is_counted_as_the_tokenizer_counts_it()
    {
        var exact = TiktokenTokenizer.CreateForEncoding("o200k_base");
        var text = string.Concat(Enumerable.Repeat(Prose + "\n    if (x > 1) { return f(x - 1); }\n", 200));
        Assert.InRange(_counter.Count(Encoding.UTF8.GetBytes(text)) / (double)exact.CountTokens(text), 0.995, 1.005);
        Assert.Equal(exact.CountTokens(Prose), _counter.Count(Encoding.UTF8.GetBytes(Prose)));
        Assert.Equal(0, _counter.Count([]));
    }

    [Fact]
    public async Task Until_the_tokenizer_is_there_calls_do_not_wait_and_count_bytes()
    {
        using var gate = new ManualResetEventSlim();
        var counter = new TokenCounter(() =>
        {
            gate.Wait();
            return TiktokenTokenizer.CreateForEncoding("o200k_base");
        });
        Assert.Equal(10, counter.Count("0123456789 0123456789 0123456789 0123456"u8)); // 40 bytes of ASCII at 4.2
        Assert.Equal(4, counter.Count("\u4f60\u597d"u8));
        gate.Set();
        await counter.Loading;
        Assert.Equal(18, counter.Count("0123456789 0123456789 0123456789 0123456"u8)); // digits by threes
    }

    [Fact]
    public async Task A_tokenizer_that_cannot_be_loaded_leaves_the_count_from_bytes()
    {
        var counter = new TokenCounter(() => throw new FileNotFoundException("o200k_base"));
        await Assert.ThrowsAsync<FileNotFoundException>(() => counter.Loading);
        Assert.Equal(2, counter.Count("12345678"u8));
    }

    [Fact]
    public void A_text_beyond_the_budget_is_counted_in_proportion()
    {
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Prose, 20_000)));
        Assert.InRange(_counter.Count(text) / (20_000 * TokensOfProse), 0.98, 1.02);
    }

    [Theory]
    [InlineData("a")]
    [InlineData(" ")]
    [InlineData("!")]
    [InlineData("\U0001F600")]
    [InlineData("\u7684\u4e00\u662f\u5728")]
    [InlineData("QmFzZTY0IGlzIG5vdCB0ZXh0")]
    public void Hostile_text_costs_time_and_memory_in_proportion(string unit)
    {
        var small = Text(unit, 8 * 1024);
        var large = Text(unit, 32 * 1024);
        var (best1, best4) = (double.MaxValue, double.MaxValue);
        for (var i = 0; i < 7; i++)
        {
            best1 = Math.Min(best1, Time(small));
            best4 = Math.Min(best4, Time(large));
        }

        Assert.InRange(best4 / best1, 0, 4 * 3); // quadratic would be 16
        var huge = Text(unit, 1024 * 1024);
        Assert.InRange(Enumerable.Range(0, 5).Min(_ => Time(huge)) / best4, 0, 4); // the budget's worth, whatever the length
        var before = GC.GetAllocatedBytesForCurrentThread();
        _counter.Count(huge);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64L * TokenCounter.BudgetBytes);
    }

    [Fact]
    public void Bytes_that_are_no_text_are_counted_too()
    {
        byte[] noise = [.. Enumerable.Range(0, 100_000).Select(i => (byte)(i * 197 >> 3))];
        Assert.InRange(_counter.Count(noise), 10_000, 400_000);
    }

    [Theory]
    [InlineData("""{"messages":[{"role":"user","content":"Hello, world."}]}""", 4 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"text","text":"Hello, world."}]}],"system":[{"type":"text","text":"Hello, world."}]}""", 8 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgo"}}]}]}""", 1600 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo"}}]}]}""", 765 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"toolu_1","content":[{"type":"text","text":"Hello, world."}]}]}]}""", 4 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"assistant","content":null,"tool_calls":[{"id":"call_1","function":{"name":"look","arguments":"{\"a\":1}"}}]}]}""", 6 + 3 + 3)]
    [InlineData("""{"messages":[{"role":"assistant","content":[{"type":"tool_use","id":"toolu_1","name":"look","input":{"a":1}}]}]}""", 6 + 3 + 3)]
    [InlineData("""{"messages":[],"tools":[{"name":"look","input_schema":{}}]}""", 9 + 7 + 346 + 3)]
    [InlineData("not json", 3)]
    [InlineData("", 3)]
    public void A_request_is_its_text_and_its_framing(string body, int tokens)
        => Assert.InRange(_counter.CountRequest(Encoding.UTF8.GetBytes(body)), tokens, tokens + 3); // a line feed after each text

    [Fact]
    public void A_request_longer_than_what_is_kept_is_counted_in_proportion()
    {
        var text = string.Concat(Enumerable.Repeat(Prose, 40_000));
        var tokens = _counter.CountRequest(Encoding.UTF8.GetBytes($$"""{"messages":[{"role":"user","content":"{{text}}"}]}"""));
        Assert.InRange(tokens / (40_000 * TokensOfProse), 0.98, 1.02);
    }

    // In a row: the space after one sentence belongs to the first word of the next.
    double TokensOfProse => _counter.Count(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Prose, 300)))) / 300.0;

    double Time(byte[] text)
    {
        var clock = Stopwatch.GetTimestamp();
        _counter.Count(text);
        return Stopwatch.GetElapsedTime(clock).TotalNanoseconds;
    }

    static byte[] Text(string unit, int bytes) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(unit, bytes / Encoding.UTF8.GetByteCount(unit))));
}
