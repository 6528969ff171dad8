using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

/// <summary>Our translations against those of an independent gateway. Twin on built-in samples: RequestTests, StreamTests.</summary>
public sealed class GoldenFileTests
{
    /// <summary>Every place where ours differs, and why. One that no longer differs fails the test too.</summary>
    static readonly Dictionary<string, (string Path, string Reason)[]> Disagreements = new()
    {
        ["requests__messages__cache_control"] =
        [
            ("/messages/6/content", ImagesMove), ("/messages/7/content", ImagesMove), ("/messages/8/role", ImagesMove), ("/messages/8/content", ImagesMove),
            ("/messages/9", ImagesMove),
        ],
        ["requests__messages__gpt_adaptive_thinking_with_tools"] =
            [("/reasoning_effort", "theirs turns reasoning off for one provider's model that cannot do both; which upstream this is, is not known here")],
        ["requests__messages__metadata"] = [("/user", "the client's user id, a device id here, is never sent upstream; the account's keyed name is")],
        ["requests__messages__structured-output"] = [("/reasoning_effort", "theirs drops the effort that was asked for")],
        ["response__anthropic__basic"] = [.. Counted, ("/service_tier", Tier)],
        ["response__anthropic__thinking"] = [.. Counted, ("/service_tier", Tier)],
        ["response__anthropic__stream_basic"] = [.. Counted[2..]],
        ["response__anthropic__stream_message_delta_usage"] = Counted,
        ["response__anthropic__stream_tool"] = [("/usage/prompt_tokens_details", Always)],
        ["response__anthropic__stream_tool_empty_args"] = [("/usage/prompt_tokens_details", Always)],
        ["response__completions__audio"] = [("/usage/service_tier", Tier)],
        ["response__completions__basic"] = [("/usage/service_tier", Tier)],
        ["response__completions__cache_write"] = [("/usage/service_tier", Tier)],
        ["response__completions__tool_call"] = [("/usage/service_tier", Tier)],
    };

    const string ImagesMove = "theirs loses images in tool results; ours puts them into a user message after the results and says so in the result";
    const string Tier = "a service tier is named by each provider in its own words; the upstream's says nothing about the caller's contract";
    const string Caches = "OpenAI's prompt_tokens includes what was read from and written to the cache, theirs leaves it out";
    const string Always = "ours always states the cached tokens, 0 where the upstream said nothing of them";
    const string Foreign = "a member of the other dialect";

    static (string, string)[] Counted =>
    [
        ("/usage/prompt_tokens", Caches), ("/usage/total_tokens", Caches), ("/usage/cache_read_input_tokens", Foreign), ("/usage/cache_creation_input_tokens", Foreign),
    ];

    public static string Streams()
    {
        var corpus = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS");
        Assert.SkipWhen(corpus is null, "STILLWATCH_CORPUS is not set: the recorded streams are not here");
        return Path.Combine(corpus, "..", "streams");
    }

    [Fact]
    public void Requests_agree() => Compare("requests__messages__", ".completions.snap", (json, snap) =>
        (Normal(JsonNode.Parse(snap)!["request"]!), Normal(Translated.Request(
            Dialect.Anthropic, json, Translated.Context with { UpstreamModel = (string)JsonNode.Parse(json)!["model"]! }).Json!)));

    [Fact]
    public void Whole_completions_agree() => Compare("response__completions__", ".completions-messages.snap", (json, snap) =>
        (Normal(JsonNode.Parse(snap)!["response"]!), Normal(Translated.Response(Dialect.Anthropic, json).Json!)));

    [Fact]
    public void Whole_messages_agree() => Compare("response__anthropic__", ".messages-completions.snap", (json, snap) =>
        (Normal(JsonNode.Parse(snap)!["response"]!), Normal(Translated.Response(Dialect.OpenAi, json).Json!)));

    [Fact]
    public void Streams_of_completions_agree() => Compare("response__completions__", ".completions-messages-streaming.snap", (json, snap) =>
        (Normal(AnthropicMessages.Assemble(snap[..(snap.IndexOf("{\"type\":\"message_stop\"}", StringComparison.Ordinal) + 23)] + "\n\n")),
            Normal(AnthropicMessages.Assemble(Translated.Stream(Dialect.Anthropic, Translated.Payloads(json)).Text))));

    // Theirs puts the role on the first content chunk and the usage on the last choice, so it is read without the strict grammar.
    [Fact]
    public void Streams_of_messages_agree() => Compare("response__anthropic__", ".messages-completions-streaming.snap", (json, snap) =>
        (Said(snap[..snap.IndexOf("data: [DONE]", StringComparison.Ordinal)]),
            Said(Translated.Stream(Dialect.OpenAi, Translated.Payloads(json)).Text.Replace("data: [DONE]", "", StringComparison.Ordinal))));

    static void Compare(string prefix, string suffix, Func<string, string, (JsonNode Theirs, JsonNode Ours)> translate)
    {
        var folder = Path.Combine(Streams(), "translation");
        var wrong = new List<string>();
        var count = 0;
        foreach (var snap in Directory.GetFiles(folder, prefix + "*" + suffix).Order())
        {
            var text = File.ReadAllText(snap);
            var body = text[(text.IndexOf("\n---\n", StringComparison.Ordinal) + 5)..];
            var name = Path.GetFileName(snap)[..^suffix.Length];
            var (theirs, ours) = translate(File.ReadAllText(Path.Combine(folder, name + ".json")), body);
            var paths = new List<string>();
            Differences(theirs, ours, "", paths);
            var allowed = Disagreements.GetValueOrDefault(name, []).Select(d => d.Path).ToHashSet();
            wrong.AddRange(paths.Where(p => !allowed.Contains(p.Split(' ')[0])).Select(p => $"{name} {p}"));
            wrong.AddRange(allowed.Where(a => !paths.Any(p => p.Split(' ')[0] == a)).Select(a => $"{name} {a} agrees now"));
            count++;
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.True(count > 1);
    }

    static void Differences(JsonNode? theirs, JsonNode? ours, string path, List<string> found)
    {
        if (theirs is JsonObject a && ours is JsonObject b)
        {
            foreach (var name in a.Select(m => m.Key).Union(b.Select(m => m.Key)))
            {
                Differences(a[name], b[name], $"{path}/{name}", found);
            }
        }
        else if (theirs is JsonArray x && ours is JsonArray y)
        {
            for (var at = 0; at < Math.Max(x.Count, y.Count); at++)
            {
                Differences(at < x.Count ? x[at] : null, at < y.Count ? y[at] : null, $"{path}/{at}", found);
            }
        }
        else if (!JsonNode.DeepEquals(theirs, ours))
        {
            found.Add($"{path} theirs {theirs?.ToJsonString() ?? "null"} ours {ours?.ToJsonString() ?? "null"}");
        }
    }

    // What both sides may spell differently without saying anything else: ids, times, the model's name, a single text part, a false
    // stream, counts of 0 that one of them leaves out, the name of the limit. Applied to both.
    static JsonNode Normal(JsonNode node)
    {
        var root = node.DeepClone().AsObject();
        foreach (var name in (string[])["id", "created", "type", "object", "stop_details"])
        {
            root.Remove(name);
        }

        if (root.ContainsKey("usage") || root.ContainsKey("choices"))
        {
            root.Remove("model");
        }

        if (root["stream"] is { } stream && !(bool)stream)
        {
            root.Remove("stream");
        }

        if (root.Remove("max_completion_tokens", out var limit))
        {
            root["max_tokens"] = limit;
        }

        foreach (var name in (string[])["cache_read_input_tokens", "cache_creation_input_tokens"])
        {
            if (root["usage"]?[name] is { } count && (int)count == 0)
            {
                root["usage"]!.AsObject().Remove(name);
            }
        }

        foreach (var message in root["messages"]?.AsArray() ?? [])
        {
            if (message!["content"] is JsonArray parts && parts.All(p => (string?)p!["type"] == "text"))
            {
                var separator = (string?)message["role"] == "assistant" ? "" : "\n\n";
                message["content"] = string.Join(separator, parts.Select(p => (string?)p!["text"]));
            }
        }

        return root;
    }

    static JsonObject Said(string stream)
    {
        var text = "";
        var calls = "";
        string? finish = null;
        JsonNode? usage = null;
        foreach (var chunk in Translated.Payloads(stream).Select(p => JsonNode.Parse(p)!))
        {
            usage = chunk["usage"]?.DeepClone() ?? usage;
            var choice = chunk["choices"]!.AsArray().FirstOrDefault();
            finish = (string?)choice?["finish_reason"] ?? finish;
            text += (string?)choice?["delta"]!["content"];
            foreach (var call in choice?["delta"]!["tool_calls"]?.AsArray() ?? [])
            {
                calls += $"{call!["index"]} {call["id"]} {call["function"]!["name"]} {call["function"]!["arguments"]}".Trim();
            }
        }

        return new() { ["text"] = text, ["calls"] = calls.Replace(" ", "", StringComparison.Ordinal), ["finish"] = finish, ["usage"] = usage };
    }
}
