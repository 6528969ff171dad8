using System.Text.Json.Nodes;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Tests.Configuration;

/// <summary>What editors are told and what the reader does are the same.</summary>
public sealed class ConfigSchemaTests
{
    [Fact]
    public void Schema_and_reader_know_the_same_keys() => Assert.Equal(Read().Keys.Order(StringComparer.Ordinal), Schema().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Schema_and_reader_have_the_same_defaults()
    {
        var read = Read();
        foreach (var (key, property) in Schema())
        {
            Assert.Equal((key, Written(key, read[key])), (key, property["default"]?.ToString()));
        }
    }

    [Fact]
    public void Every_key_is_described_and_every_value_has_an_example()
    {
        foreach (var (key, property) in Schema())
        {
            Assert.True(property["description"] is not null, $"{key} has no description");
            var isValue = property["properties"] is null && property["items"] is null && property["additionalProperties"] is null;
            Assert.True(!isValue || property["examples"] is JsonArray { Count: > 0 }, $"{key} has no example");
        }
    }

    [Fact]
    public void Every_example_is_a_value_the_reader_takes()
    {
        using var folder = new Storage.TemporaryDirectory();
        foreach (var (key, property) in Schema().Where(entry => entry.Value["examples"] is not null))
        {
            foreach (var example in property["examples"]!.AsArray())
            {
                Assert.DoesNotContain(
                    Faults(With(key, example!.ToJsonString()), folder.Path),
                    fault => fault.Key == Concrete(key) && !NamesWhatIsElsewhere.Any(words => fault.Says.Contains(words, StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void Objects_are_closed()
    {
        var open = Objects(Parsed()).Where(node => node["additionalProperties"] is not JsonObject && (bool?)node["additionalProperties"] != false);
        Assert.Empty(open.Select(node => (string?)node["description"]));
    }

    [Fact]
    public void A_key_that_only_one_of_them_knows_is_noticed()
    {
        var schema = Schema();
        schema.Remove("upstreams.*.timeouts.idle");
        Assert.NotEqual(Read().Keys.Order(StringComparer.Ordinal), schema.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_program_carries_the_published_schema() => Assert.Equal(RepositoryFile.Read("docs/stillwatch.schema.json"), ConfigSchema.Text());

    static JsonObject Parsed() => JsonNode.Parse(ConfigSchema.Text())!.AsObject();

    /// <summary>Every key the reader asks for, by the paths of <see cref="ConfigNotes.Keys"/>.</summary>
    static Dictionary<string, object?> Read()
    {
        ConfigReader.Read(ConfigSamples.Full, "stillwatch.yaml", new ConfigOverrides(), _ => "secret-of-sixteen-or-more", out var notes);
        return new Dictionary<string, object?>(notes.Keys);
    }

    static Dictionary<string, JsonObject> Schema()
    {
        var root = Parsed();
        var found = new Dictionary<string, JsonObject>(StringComparer.Ordinal);
        Collect(root, root, "", found);
        return found;
    }

    static void Collect(JsonObject node, JsonObject root, string path, Dictionary<string, JsonObject> found)
    {
        foreach (var (name, value) in node["properties"]?.AsObject() ?? [])
        {
            var key = path.Length == 0 ? name : $"{path}.{name}";
            found.Add(key, value!.AsObject());
            Collect(value.AsObject(), root, key, found);
        }

        foreach (var (member, suffix) in new[] { ("additionalProperties", ".*"), ("items", "[]") })
        {
            if (node[member] is JsonObject inner && (string?)inner["$ref"] is { } reference)
            {
                Collect(root["$defs"]![reference["#/$defs/".Length..]]!.AsObject(), root, path + suffix, found);
            }
        }
    }

    static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(member => Objects(member.Value)).Concat((string?)(o["type"] as JsonValue) == "object" ? [o] : []),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    /// <summary>A default as the file has it.</summary>
    static string? Written(string key, object? value) => value switch
    {
        null => null,
        TimeSpan time => ConfigScalars.Say(time),
        long bytes => ConfigScalars.SaySize(bytes),
        bool flag when Words.TryGetValue(key, out var words) => flag ? words.True : words.False,
        bool flag => flag ? "true" : "false",
        Uri address => address.ToString().TrimEnd('/'),
        UpstreamAuth.ByDialect => "by-api",
        _ => value.ToString(),
    };

    // Choices that the reader keeps as flags are words in the file.
    static readonly Dictionary<string, (string True, string False)> Words = new() { ["admin.auth"] = ("none", "token"), ["upstreams.*.usage"] = ("ask", "estimate") };

    // Examples count on what a file of one key does not have.
    static readonly string[] NamesWhatIsElsewhere = ["there is no such file", "is no upstream", "there is no certificate"];

    static string Concrete(string key) => key.Replace(".*", ".one").Replace("[]", "[0]");

    /// <summary>A file of one key, in YAML's flow style, which takes JSON values as they are.</summary>
    static string With(string key, string value)
    {
        var text = value;
        foreach (var name in key.Replace(".*", ".one").Split('.').Reverse())
        {
            text = name.EndsWith("[]", StringComparison.Ordinal) ? $"{{{name[..^2]}: [{text}]}}" : $"{{{name}: {text}}}";
        }

        return text;
    }

    static IReadOnlyList<ConfigFault> Faults(string text, string folder) =>
        ConfigReader.Read(text, Path.Combine(folder, "stillwatch.yaml"), new ConfigOverrides(), _ => "secret-of-sixteen-or-more", out _).Faults;
}
