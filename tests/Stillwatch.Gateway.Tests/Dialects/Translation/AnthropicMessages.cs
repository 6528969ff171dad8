using System.Text;
using System.Text.Json.Nodes;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

/// <summary>The grammar of an Anthropic stream as strictly as any published client reads it, and the message the stream builds.</summary>
static class AnthropicMessages
{
    public static JsonObject Assemble(string stream)
    {
        Assert.EndsWith("\n\n", stream);
        JsonObject? message = null;
        JsonObject? block = null;
        StringBuilder? text = null;
        var signatures = 0;
        var state = "start";
        foreach (var frame in stream[..^2].Split("\n\n"))
        {
            var lines = frame.Split('\n');
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("event: ", lines[0]);
            Assert.StartsWith("data: ", lines[1]);
            var data = JsonNode.Parse(lines[1][6..])!.AsObject();
            Assert.Equal(lines[0][7..], (string?)data["type"]);
            Assert.NotEqual("end", state);
            switch ((string?)data["type"])
            {
                case "message_start":
                    Assert.Equal("start", state);
                    state = "message";
                    message = data["message"]!.DeepClone().AsObject();
                    Assert.Empty(message["content"]!.AsArray());
                    Assert.Null(message["stop_reason"]);
                    AssertUsage(message["usage"]!.AsObject());
                    break;
                case "content_block_start":
                    Assert.Equal("message", state);
                    state = "block";
                    Assert.Equal(message!["content"]!.AsArray().Count, (int)data["index"]!);
                    block = data["content_block"]!.DeepClone().AsObject();
                    text = new();
                    signatures = 0;
                    break;
                case "content_block_delta":
                    Assert.Equal("block", state);
                    Assert.Equal(message!["content"]!.AsArray().Count, (int)data["index"]!);
                    Assert.Equal(0, signatures);
                    var (kind, member) = (string?)block!["type"] switch
                    {
                        "text" => ("text_delta", "text"),
                        "thinking" => ("thinking_delta", "thinking"),
                        _ => ("input_json_delta", "partial_json"),
                    };
                    if ((string?)data["delta"]!["type"] == "signature_delta")
                    {
                        Assert.Equal("thinking", (string?)block["type"]);
                        Assert.NotEmpty((string)data["delta"]!["signature"]!);
                        block["signature"] = (string?)data["delta"]!["signature"];
                        signatures++;
                        break;
                    }

                    Assert.Equal(kind, (string?)data["delta"]!["type"]);
                    Assert.NotEmpty((string)data["delta"]![member]!);
                    text!.Append((string?)data["delta"]![member]);
                    break;
                case "content_block_stop":
                    Assert.Equal("block", state);
                    state = "message";
                    var type = (string)block!["type"]!;
                    Assert.Equal(type == "thinking" ? 1 : 0, signatures);
                    if (type == "tool_use")
                    {
                        Assert.NotEmpty((string)block["name"]!);
                        Assert.NotEmpty((string)block["id"]!);
                        block["input"] = text!.Length == 0 ? new JsonObject() : Input(text.ToString());
                    }
                    else
                    {
                        block[type] = text!.ToString();
                    }

                    message!["content"]!.AsArray().Add(block);
                    break;
                case "message_delta":
                    Assert.Equal("message", state);
                    state = "delta";
                    Assert.NotEmpty((string)data["delta"]!["stop_reason"]!);
                    message!["stop_reason"] = (string?)data["delta"]!["stop_reason"];
                    message["stop_sequence"] = (string?)data["delta"]!["stop_sequence"];
                    AssertUsage(data["usage"]!.AsObject());
                    message["usage"] = data["usage"]!.DeepClone();
                    break;
                case "message_stop":
                    Assert.Equal("delta", state);
                    state = "end";
                    break;
                default:
                    Assert.Fail($"unexpected event {data["type"]}");
                    break;
            }
        }

        Assert.Equal("end", state);
        return message!;
    }

    static JsonNode Input(string json)
    {
        try
        {
            return JsonNode.Parse(json)!;
        }
        catch (System.Text.Json.JsonException)
        {
            return new JsonObject { ["invalid_arguments"] = json };
        }
    }

    static void AssertUsage(JsonObject usage)
    {
        foreach (var name in (string[])["input_tokens", "output_tokens"])
        {
            Assert.True((int)usage[name]! >= 0);
        }
    }
}
