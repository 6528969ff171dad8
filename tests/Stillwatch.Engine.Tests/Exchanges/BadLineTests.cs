using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests.Exchanges;

public sealed class BadLineTests
{
    const string Good = """{"time":"2026-02-01T00:00:00Z","account":"a","api":"openai.chat","request":{"model":"m","messages":[{"role":"user","content":"x"}]}}""";

    [Theory]
    [InlineData("", RejectReason.BadJson)]
    [InlineData("hello", RejectReason.BadJson)]
    [InlineData("{", RejectReason.BadJson)]
    [InlineData("{'time':1}", RejectReason.BadJson)]
    [InlineData("{\"time\":\"\\ud83\"}", RejectReason.BadJson)]
    [InlineData(Good + " x", RejectReason.BadJson)]
    [InlineData(Good + Good, RejectReason.BadJson)]
    [InlineData("[1,2]", RejectReason.NotAnObject)]
    [InlineData("\"text\"", RejectReason.NotAnObject)]
    [InlineData("12", RejectReason.NotAnObject)]
    [InlineData("null", RejectReason.NotAnObject)]
    [InlineData("[1,2", RejectReason.BadJson)]
    [InlineData("{}", RejectReason.MissingMember)]
    public void A_line_that_is_no_exchange_is_refused(string line, RejectReason expected) => Refuse(expected, line);

    [Fact]
    public void Every_truncation_of_a_line_is_refused()
    {
        for (var length = 0; length < Good.Length; length++)
        {
            Refuse(RejectReason.BadJson, Good[..length]);
        }
    }

    [Theory]
    [InlineData("\"time\":\"2026-02-01T00:00:00Z\",")]
    [InlineData("\"account\":\"a\",")]
    [InlineData("\"api\":\"openai.chat\",")]
    [InlineData("\"model\":\"m\",")]
    [InlineData(",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]")]
    [InlineData("\"role\":\"user\",")]
    public void A_missing_required_member_is_named_so(string member) => Refuse(RejectReason.MissingMember, Good.Replace(member, ""));

    [Theory]
    [InlineData("\"a\"", "\"\"")]
    [InlineData("\"a\"", "null")]
    [InlineData("\"m\"", "null")]
    public void An_empty_required_member_is_missing(string from, string to) => Refuse(RejectReason.MissingMember, Good.Replace(from, to));

    [Theory]
    [InlineData("\"a\"", "1")]
    [InlineData("\"a\"", "{}")]
    [InlineData("\"m\"", "[]")]
    [InlineData("\"x\"", "5")]
    [InlineData("\"x\"", "[\"x\"]")]
    [InlineData("\"x\"", "[{\"type\":1}]")]
    [InlineData("\"x\"", "[{\"type\":\"text\",\"text\":1}]")]
    [InlineData("\"user\"", "true")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\"}]", "{}")]
    [InlineData("[{\"role\":\"user\",\"content\":\"x\"}]", "[1]")]
    [InlineData("\"2026-02-01T00:00:00Z\"", "1769904000")]
    [InlineData("\"api\"", "\"status\":\"200\",\"api\"")]
    [InlineData("\"api\"", "\"client\":[],\"api\"")]
    [InlineData("\"api\"", "\"client\":{\"asn\":\"x\"},\"api\"")]
    [InlineData("\"api\"", "\"response\":3,\"api\"")]
    [InlineData("\"model\"", "\"stream\":\"true\",\"model\"")]
    [InlineData("\"model\"", "\"tools\":{},\"model\"")]
    [InlineData("\"model\"", "\"temperature\":1e400,\"model\"")]
    [InlineData("\"model\"", "\"max_tokens\":1.5,\"model\"")]
    public void A_wrong_type_is_refused(string from, string to) => Refuse(RejectReason.WrongType, Good.Replace(from, to));

    [Theory]
    [InlineData("\"account\":\"a\"", "\"account\":\"a\",\"account\":\"b\"")]
    [InlineData("\"account\":\"a\"", "\"account\":\"a\",\"accoun\\u0074\":\"b\"")]
    [InlineData("\"api\"", "\"client\":{\"ip\":\"1\",\"ip\":\"2\"},\"api\"")]
    [InlineData("\"api\"", "\"response\":{\"id\":\"1\",\"id\":\"2\"},\"api\"")]
    [InlineData("\"api\"", "\"response\":{\"usage\":{\"output_tokens\":1,\"output_tokens\":2}},\"api\"")]
    [InlineData("\"model\":\"m\"", "\"model\":\"m\",\"model\":\"n\"")]
    [InlineData("\"content\":\"x\"", "\"content\":\"x\",\"content\":\"y\"")]
    [InlineData("\"role\":\"user\"", "\"role\":\"user\",\"role\":\"assistant\"")]
    [InlineData("\"x\"", "[{\"type\":\"text\",\"text\":\"a\",\"text\":\"b\"}]")]
    public void A_member_that_stands_twice_is_refused(string from, string to) => Refuse(RejectReason.DuplicateKey, Good.Replace(from, to));

    [Theory]
    [InlineData("\"api\"", "\"other\":1,\"other\":{\"account\":1},\"api\"")]
    [InlineData("\"content\":\"x\"", "\"content\":\"x\",\"name\":\"n\",\"cache_control\":{}")]
    public void Unknown_members_are_ignored(string from, string to) => Assert.Equal(RejectReason.None, Parse(Good.Replace(from, to)));

    [Theory]
    [InlineData("\"api\":\"openai.chat\"", "\"api\":\"openai.responses\"", RejectReason.UnknownApi)]
    [InlineData("2026-02-01T00:00:00Z", "yesterday", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-01T00:00:00", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-30T00:00:00Z", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-01T24:00:00Z", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-01T00:00:00.Z", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2026-02-01T00:00:00+0100", RejectReason.BadTime)]
    [InlineData("2026-02-01T00:00:00Z", "2201-01-01T00:00:00Z", RejectReason.FutureTime)]
    public void A_bad_api_or_time_is_refused(string from, string to, RejectReason expected) => Refuse(expected, Good.Replace(from, to));

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        var line = Encoding.UTF8.GetBytes(Good);
        line[Good.IndexOf("\"x\"", StringComparison.Ordinal) + 1] = 0xC3;

        Assert.False(ExchangeParser.TryParse(line, new ParsedExchange(), out var reason));
        Assert.Equal(RejectReason.InvalidUtf8, reason);
    }

    [Theory]
    [InlineData(200, RejectReason.None)]
    [InlineData(255, RejectReason.None)]
    [InlineData(256, RejectReason.TooDeep)]
    [InlineData(10_000, RejectReason.TooDeep)]
    public void Nesting_has_a_limit(int depth, RejectReason expected)
    {
        var nested = new string('[', depth) + new string(']', depth);

        Assert.Equal(expected, Parse(Good.Replace("\"api\"", $"\"other\":{nested},\"api\"")));
    }

    static void Refuse(RejectReason expected, string line) => Assert.Equal(expected, Parse(line));

    static RejectReason Parse(string line)
    {
        Assert.Equal(ExchangeParser.TryParse(Encoding.UTF8.GetBytes(line), new ParsedExchange(), out var reason), reason == RejectReason.None);
        return reason;
    }
}
