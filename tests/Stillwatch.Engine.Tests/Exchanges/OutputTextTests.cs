using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class OutputTextTests
{
    readonly ParsedExchange _logged = new();
    readonly Bodies _random = new(23);

    [Fact]
    public void Any_chunking_of_a_stream_is_kept_as_the_log_keeps_the_assembled_response()
    {
        for (var round = 0; round < 1_500; round++)
        {
            var parts = Enumerable.Range(0, _random.Below(4)).Select(_ => Part()).ToList();
            Assert.Equal(Assembled(parts), Streamed(parts));
        }
    }

    [Theory]
    [InlineData(16 * 1024)]
    [InlineData((16 * 1024) - 1)]
    [InlineData(16 * 1024 / 3)]
    [InlineData(0)]
    public void The_cut_between_head_and_tail_never_splits_a_character(int lead)
    {
        var parts = new List<string> { new string('x', lead) + string.Concat(Enumerable.Repeat("\u4f60\\u00e9\\ud83d\\ude00", 9_000)) };
        Assert.Equal(Assembled(parts), Streamed(parts));
    }

    [Theory]
    [InlineData(32 * 1024)]
    [InlineData((32 * 1024) + 1)]
    [InlineData((48 * 1024) - 3)]
    [InlineData(48 * 1024)]
    [InlineData(64 * 1024)]
    public void Lengths_around_the_limits_are_kept_alike(int length)
    {
        var parts = new List<string> { string.Concat(Enumerable.Range(0, length).Select(i => (char)('a' + (i % 23)))) };
        Assert.Equal(Assembled(parts), Streamed(parts));
    }

    [Fact]
    public void A_surrogate_pair_cut_between_two_deltas_is_one_character()
    {
        Assert.Equal("a\U0001F600b", Text("a\\ud83d", "\\ude00b"));
        Assert.Equal("a\uFFFDb", Text("a\\ud83d", "b"));
        Assert.Equal("\uFFFD\uFFFD", Text("\\ud83d", "\\ud83d"));
        Assert.Equal("\\ud83d\uFFFD", Text("\\\\ud83d", "\\ude00"));
        Assert.Equal("\uFFFD", Text("\\ud83d"));
        Assert.Equal("\U0001F600", Text("\\ud83d", "", "\\ude00"));
    }

    [Fact]
    public void The_first_four_ids_are_kept()
    {
        using var output = new OutputText();
        foreach (var id in new[] { "", "msg_1", new string('x', 300), "t\\u0031", "t2", "t3", "t4" })
        {
            output.AddIssuedId(Encoding.UTF8.GetBytes(id));
        }

        Assert.Equal(["msg_1", "t1", "t2", "t3"], Enumerable.Range(0, output.IssuedIds).Select(i => Encoding.UTF8.GetString(output.IssuedId(i))));
    }

    [Fact]
    public void Nothing_can_be_added_once_the_text_was_read()
    {
        using var output = new OutputText();
        Assert.True(output.Text.IsEmpty);
        Assert.Throws<InvalidOperationException>(() => output.AppendEscaped("x"u8));
    }

    string Assembled(List<string> parts)
    {
        var blocks = string.Join(',', parts.Select(text => $"{{\"type\":\"text\",\"text\":\"{text}\"}}"));
        Assert.True(ExchangeParser.TryParse(
            Bodies.Line(ExchangeApi.AnthropicMessages, """{"model":"m","messages":[]}""", $"{{\"content\":[{blocks}]}}"), _logged, out var reason), reason.ToString());
        return Encoding.UTF8.GetString(_logged[_logged.ResponseText]);
    }

    string Streamed(List<string> parts)
    {
        using var output = new OutputText();
        foreach (var part in parts)
        {
            output.BeginPart();
            foreach (var delta in Deltas(part))
            {
                output.AppendEscaped(Encoding.UTF8.GetBytes(delta));
            }
        }

        return Encoding.UTF8.GetString(output.Text);
    }

    static string Text(params string[] deltas)
    {
        using var output = new OutputText();
        foreach (var delta in deltas)
        {
            output.AppendEscaped(Encoding.UTF8.GetBytes(delta));
        }

        return Encoding.UTF8.GetString(output.Text);
    }

    string Part() => _random.Below(6) == 0 ? _random.Text() + _random.Text() + _random.Text() : _random.Text();

    // Cuts anywhere but inside an escape or between the two chars of a character written as itself.
    IEnumerable<string> Deltas(string text)
    {
        var most = _random.Below(3) == 0 ? 5 : 5_000;
        for (var from = 0; from < text.Length;)
        {
            var to = from;
            for (var wanted = from + _random.Below(most); to <= wanted && to < text.Length;)
            {
                to += text[to] != '\\' ? char.IsHighSurrogate(text[to]) ? 2 : 1 : text[to + 1] == 'u' ? 6 : 2;
            }

            yield return text[from..to];
            from = to;
        }
    }
}
