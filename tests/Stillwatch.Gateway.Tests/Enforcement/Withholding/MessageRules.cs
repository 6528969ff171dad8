using System.Text.Json;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

/// <summary>The order that clients of Anthropic streams rely on.</summary>
static class MessageRules
{
    public static void Assert(IReadOnlyList<JsonElement> events, string name)
    {
        var thinking = new Dictionary<int, int>(); // signatures by index, of blocks that are open
        var started = 0;
        foreach (var each in events)
        {
            var index = each.TryGetProperty("index", out var stated) ? stated.GetInt32() : -1;
            switch (each.GetProperty("type").GetString())
            {
                case "message_start":
                    started = each.GetProperty("message").GetProperty("content").GetArrayLength();
                    True(each.GetProperty("message").GetProperty("usage").GetProperty("input_tokens").ValueKind == JsonValueKind.Number);
                    break;
                case "content_block_start":
                    True(index == started++);
                    var block = each.GetProperty("content_block");
                    if (block.GetProperty("type").GetString() == "thinking")
                    {
                        True(block.GetRawText() == """{"type":"thinking","thinking":"","signature":""}""");
                        thinking[index] = 0;
                    }

                    break;
                case "content_block_delta":
                    var type = each.GetProperty("delta").GetProperty("type").GetString();
                    True(type != "thinking_delta");
                    True(type == "signature_delta" == thinking.ContainsKey(index));
                    if (type == "signature_delta")
                    {
                        thinking[index]++;
                    }

                    break;
                case "content_block_stop":
                    True(!thinking.Remove(index, out var signatures) || signatures == 1);
                    break;
                case "message_delta":
                    True(thinking.Count == 0);
                    _ = each.GetProperty("usage");
                    break;
                default: break;
            }
        }

        True(events[^1].GetProperty("type").GetString() is "message_stop" or "error");

        void True(bool rule) => Xunit.Assert.True(rule, name);
    }
}
