using System.Text;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Tests;

/// <summary>Request bodies of both APIs from a seed: odd orders of members, escapes, blocks, tool loops, long texts, unknown members.</summary>
internal sealed class Bodies(ulong seed)
{
    static readonly string[] Texts =
    [
        "", "short", "two\\nlines", "caf\u00e9 \u4f60\u597d", "\\u0041\\ud83d\\ude00 escaped", "lone \\ud83d surrogate", "quote \\\" and \\\\ backslash",
        string.Concat(Enumerable.Range(0, 9_000).Select(i => $"w{i} ")), string.Concat(Enumerable.Range(0, 7_000).Select(i => $"\\u00e9{i}\u00fc ")),
    ];

    ulong _state = seed * 0x9E3779B97F4A7C15;

    public (ExchangeApi Api, string Json) Next()
    {
        var api = Below(2) == 0 ? ExchangeApi.AnthropicMessages : ExchangeApi.OpenAiChat;
        var members = new List<string> { "\"model\":\"m-" + Below(9) + "\"", $"\"messages\":[{string.Join(',', Enumerable.Range(0, Below(7)).Select(_ => Message()))}]" };
        Maybe(members, () => $"\"system\":{Content()}");
        Maybe(members, () => "\"tools\": [ {\"name\":\"t\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"file_id\":{}}}} ]");
        Maybe(members, () => $"\"stream\":{(Below(2) == 0 ? "true" : "null")}");
        Maybe(members, () => $"\"max_tokens\":{Below(9_000)}");
        Maybe(members, () => $"\"max_completion_tokens\":{Below(9_000)}");
        Maybe(members, () => "\"temperature\":0.25");
        Maybe(members, () => "\"x-unknown\":{\"deep\":[{\"a\":[1e400,-0,null]},{}]}");
        return (api, "{" + string.Join(Below(2) == 0 ? "," : " ,\n ", Shuffle(members)) + "}");
    }

    public int Below(int bound)
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (int)((z ^ (z >> 31)) % (ulong)bound);
    }

    public string Text() => Texts[Below(Texts.Length)];

    string Message()
    {
        var role = new[] { "user", "assistant", "system", "developer", "tool", "critic", "us\\u0065r" }[Below(7)];
        var members = new List<string> { $"\"role\":\"{role}\"" };
        Maybe(members, () => $"\"content\":{Content()}");
        Maybe(members, () => $"\"tool_call_id\":\"call_{Below(9)}\"");
        Maybe(members, () => $"\"tool_calls\":[{{\"id\":\"call_{Below(9)}\",\"function\":{{\"name\":\"f\",\"arguments\":\"{{}}\"}}}}]");
        Maybe(members, () => "\"name\":\"somebody\"");
        return "{" + string.Join(",", Shuffle(members)) + "}";
    }

    string Content() => Below(4) switch
    {
        0 => "null",
        1 => $"[{string.Join(',', Enumerable.Range(0, Below(4)).Select(_ => Block()))}]",
        _ => $"\"{Text()}\"",
    };

    string Block() => Below(5) switch
    {
        0 => $$$"""{"type":"tool_use","id":"toolu_{{{Below(9)}}}","name":"t","input":{"file_id":"mine","a":[{"b":[]}] } }""",
        1 => $$"""{"tool_use_id":"toolu_{{Below(9)}}","type":"tool_result","content":[{"type":"text","text":"r"}]}""",
        2 => """{"type":"image","source":{"type":"base64","media_type":"image/png","data":"AAAA"}}""",
        3 => $$"""{"text":"{{Text()}}","type":"te\u0078t"}""",
        _ => $$$"""{"type":"text","text":"{{{Text()}}}","cache_control":{"type":"ephemeral"}}""",
    };

    void Maybe(List<string> members, Func<string> make)
    {
        if (Below(3) > 0)
        {
            members.Add(make());
        }
    }

    List<string> Shuffle(List<string> members)
    {
        for (var i = members.Count - 1; i > 0; i--)
        {
            var j = Below(i + 1);
            (members[i], members[j]) = (members[j], members[i]);
        }

        return members;
    }

    /// <summary>The log line that holds a request, and a response when there is one.</summary>
    public static byte[] Line(ExchangeApi api, string body, string response = "null") => Encoding.UTF8.GetBytes(
        $"{{\"id\":\"ex_1\",\"time\":\"2026-02-01T00:00:00Z\",\"account\":\"acct_1\",\"status\":200,\"client\":{{\"ip\":\"203.0.113.7\",\"user_agent\":\"UA/1\"}}," +
        $"\"api\":\"{(api == ExchangeApi.AnthropicMessages ? "anthropic.messages" : "openai.chat")}\",\"request\":{body},\"response\":{response}}}");

    /// <summary>Fills in what <see cref="Line"/> says of who, when and from where.</summary>
    public static void FillCaller(ParsedExchange parsed)
    {
        parsed.Id = parsed.Append("ex_1"u8);
        parsed.TimeMs = new DateTimeOffset(2026, 2, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        parsed.Account = parsed.Append("acct_1"u8);
        parsed.Ip = parsed.Append("203.0.113.7"u8);
        parsed.UserAgent = parsed.Append("UA/1"u8);
    }
}
