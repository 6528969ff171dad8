using System.Text.Json.Nodes;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

/// <summary>The grammar of an OpenAI stream as strictly as any published client reads it, and the completion the stream builds.</summary>
static class OpenAiCompletions
{
    public static JsonObject Assemble(string stream, bool usageAsked = true)
    {
        Assert.EndsWith("\n\n", stream);
        JsonObject? result = null;
        var message = new JsonObject { ["role"] = "assistant", ["content"] = null, ["refusal"] = null };
        var calls = new JsonArray();
        string? finish = null;
        JsonNode? usage = null;
        var frames = stream[..^2].Split("\n\n");
        Assert.Equal("data: [DONE]", frames[^1]);
        foreach (var frame in frames[..^1])
        {
            Assert.StartsWith("data: {", frame);
            Assert.DoesNotContain('\n', frame);
            var chunk = JsonNode.Parse(frame[6..])!.AsObject();
            Assert.Equal("chat.completion.chunk", (string?)chunk["object"]);
            result ??= new JsonObject { ["id"] = (string?)chunk["id"], ["created"] = (long)chunk["created"]!, ["model"] = (string?)chunk["model"] };
            Assert.Equal((string?)result["id"], (string?)chunk["id"]);
            Assert.Equal((long)result["created"]!, (long)chunk["created"]!);
            Assert.Null(usage);
            Assert.Equal(usageAsked, chunk.ContainsKey("usage"));
            usage = chunk["usage"]?.DeepClone();
            if (usage is not null)
            {
                Assert.Empty(chunk["choices"]!.AsArray());
                Assert.NotNull(finish);
                continue;
            }

            Assert.Null(finish);
            var choice = Assert.Single(chunk["choices"]!.AsArray())!.AsObject();
            Assert.Equal(0, (int)choice["index"]!);
            finish = (string?)choice["finish_reason"];
            Read(choice["delta"]!.AsObject(), message, calls, isFirst: ReferenceEquals(frame, frames[0]));
        }

        Assert.NotNull(finish);
        Assert.Equal(usageAsked, usage is not null);
        if (calls.Count > 0)
        {
            message["tool_calls"] = calls;
        }

        result!["choices"] = new JsonArray(new JsonObject { ["index"] = 0, ["message"] = message, ["logprobs"] = null, ["finish_reason"] = finish });
        result["usage"] = usage;
        return result;
    }

    static void Read(JsonObject delta, JsonObject message, JsonArray calls, bool isFirst)
    {
        Assert.Equal(isFirst, (string?)delta["role"] == "assistant");
        foreach (var name in (string[])["content", "reasoning_content"])
        {
            if ((string?)delta[name] is { Length: > 0 } text)
            {
                message[name] = (string?)message[name] + text;
            }
        }

        foreach (var call in delta["tool_calls"]?.AsArray() ?? [])
        {
            var index = (int)call!["index"]!;
            if (index == calls.Count)
            {
                Assert.NotEmpty((string)call["id"]!);
                Assert.Equal("function", (string?)call["type"]);
                Assert.NotEmpty((string)call["function"]!["name"]!);
                calls.Add(new JsonObject { ["id"] = (string?)call["id"], ["type"] = "function", ["function"] = call["function"]!.DeepClone() });
                continue;
            }

            var function = calls[index]!["function"]!;
            function["arguments"] = (string?)function["arguments"] + (string?)call["function"]!["arguments"];
        }
    }
}
