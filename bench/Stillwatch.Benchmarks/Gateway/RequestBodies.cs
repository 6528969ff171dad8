using System.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>Bodies of <c>/v1/messages</c> as an agent or a chat sends them: small ones are a question; large ones carry tools and a long history.</summary>
internal static class RequestBodies
{
    /// <summary>More than the caches hold, so that no body is warm when it comes round again.</summary>
    const int PoolBytes = 16_000_000;

    const int LargeBytes = 20_000; // from here on with tools and a history

    public static byte[][] For(Workload workload) => For(workload.Model, workload.BodyBytes, workload.IsStream);

    public static byte[][] For(string model, int bytes, bool stream)
    {
        var bodies = new byte[Math.Clamp(PoolBytes / bytes, 8, 1024)][];
        for (var i = 0; i < bodies.Length; i++)
        {
            bodies[i] = One(model, bytes, stream, (ulong)((bytes * 10_000L) + i));
        }

        return bodies;
    }

    static byte[] One(string model, int bytes, bool stream, ulong seed)
    {
        var text = new VariedText(seed);
        var body = new StringBuilder(bytes + 4096);
        body.Append($"{{\"model\":\"{model}\",\"max_tokens\":1024,\"stream\":{(stream ? "true" : "false")},\"temperature\":0.{text.Below(10)}");
        body.Append($",\"metadata\":{{\"user_id\":\"user_{text.Below(1_000_000)}\"}},\"system\":\"");
        text.Append(body, bytes >= LargeBytes ? 4000 : 120);
        body.Append('"');
        if (bytes >= LargeBytes)
        {
            Tools(body, text);
        }

        body.Append(",\"messages\":[");
        while (body.Length < bytes - 6000)
        {
            Turn(body, text);
        }

        body.Append("{\"role\":\"user\",\"content\":\"");
        text.Append(body, Math.Max(100, bytes - body.Length - 20));
        body.Append("\"}]}");
        return Encoding.UTF8.GetBytes(body.ToString());
    }

    static void Tools(StringBuilder body, VariedText text)
    {
        body.Append(",\"tools\":[");
        for (var i = 0; i < 8; i++)
        {
            body.Append(i == 0 ? "" : ",").Append($"{{\"name\":\"{text.Rare()}_{i}\",\"description\":\"");
            text.Append(body, 250);
            body.Append("\",\"input_schema\":{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"limit\":{\"type\":\"integer\"}},\"required\":[\"path\"]}}");
        }

        body.Append(']');
    }

    /// <summary>A question, a call of a tool, what it gave, and the answer.</summary>
    static void Turn(StringBuilder body, VariedText text)
    {
        var id = $"toolu_{text.Below(1_000_000_000)}";
        body.Append("{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"");
        text.Append(body, 100 + text.Below(900));
        body.Append("\"}]},{\"role\":\"assistant\",\"content\":[{\"type\":\"text\",\"text\":\"");
        text.Append(body, 50 + text.Below(400));
        body.Append($"\"}},{{\"type\":\"tool_use\",\"id\":\"{id}\",\"name\":\"{text.Rare()}\",\"input\":{{\"path\":\"src/{text.Rare()}/{text.Rare()}.txt\",\"limit\":{text.Below(500)}}}}}]}},");
        body.Append($"{{\"role\":\"user\",\"content\":[{{\"type\":\"tool_result\",\"tool_use_id\":\"{id}\",\"content\":\"");
        text.Append(body, 200 + text.Below(3000));
        body.Append("\"}]},{\"role\":\"assistant\",\"content\":\"");
        text.Append(body, 100 + text.Below(800));
        body.Append("\"},");
    }
}
