using System.Globalization;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>What editors are told of a policy and what the reader does are the same.</summary>
public sealed class PolicySchemaTests
{
    [Fact]
    public void Schema_and_reader_know_the_same_keys() => Assert.Equal(Read().Keys.Order(StringComparer.Ordinal), Schema().Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Schema_and_reader_have_the_same_defaults()
    {
        var read = Read();
        foreach (var (key, property) in Schema())
        {
            Assert.Equal((key, Say(key, read[key])), (key, property["default"]?.ToString()));
        }
    }

    [Fact]
    public void Every_key_is_described_and_every_value_has_an_example_the_reader_takes()
    {
        foreach (var (key, property) in Schema())
        {
            Assert.True(property["description"] is not null, $"{key} has no description");
            var isValue = property["properties"] is null && property["items"] is null;
            Assert.True(!isValue || property["examples"] is JsonArray { Count: > 0 }, $"{key} has no example");
            foreach (var example in property["examples"]?.AsArray() ?? [])
            {
                Assert.DoesNotContain(
                    PolicySamples.Read(With(key, example!.ToJsonString())).Faults,
                    fault => fault.Key == key.Replace("[]", "[0]") && !NamesWhatIsElsewhere.Any(words => fault.Says.Contains(words, StringComparison.Ordinal)));
            }
        }
    }

    [Fact]
    public void Objects_are_closed()
        => Assert.Empty(Objects(Parsed()).Where(node => (bool?)node["additionalProperties"] != false).Select(node => (string?)node["description"]));

    [Fact]
    public void A_key_that_only_one_of_them_knows_is_noticed()
    {
        var schema = Schema();
        Assert.True(schema.Remove("ladder.shape.days") && schema.Remove("limits.rules[].spend"));
        Assert.NotEqual(Read().Keys.Order(StringComparer.Ordinal), schema.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_program_carries_the_published_schema() => Assert.Equal(RepositoryFile.Read("docs/policy.schema.json"), PolicySchema.Text());

    /// <summary>A default as the file has it; null when there is none.</summary>
    internal static string? Say(string key, object? value) => value switch
    {
        null => null,
        TimeSpan time when key == "responses.verify_grace" => $"{time.TotalHours}h", // three days are counted in hours here
        TimeSpan time => ConfigScalars.Say(time),
        OwnershipReading reading => PolicyWords.Ownerships.Of(reading),
        bool unknown when key.EndsWith(".unknown", StringComparison.Ordinal) => PolicyWords.Unknowns.Of(unknown),
        bool flag => flag ? "true" : "false",
        double number => number.ToString(CultureInfo.InvariantCulture),
        PolicyMode mode => PolicyWords.Modes.Of(mode),
        RuleMode mode => PolicyWords.RuleModes.Of(mode),
        Rung rung => PolicyWords.Rungs.Of(rung),
        StoreFailure failure => PolicyWords.StoreFailures.Of(failure),
        _ => value.ToString(),
    };

    /// <summary>Every key the reader asks for, with its default.</summary>
    internal static Dictionary<string, object?> Read()
    {
        PolicyReader.Read(PolicySamples.Full, "policy.yaml", _ => null, out var notes);
        return new Dictionary<string, object?>(notes.Keys);
    }

    // Examples count on what a file of one key does not have.
    static readonly string[] NamesWhatIsElsewhere =
        ["never matches", "limits nothing", "no database states those of addresses"];

    static JsonObject Parsed() => JsonNode.Parse(PolicySchema.Text())!.AsObject();

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

        if ((string?)node["items"]?["$ref"] is { } reference)
        {
            Collect(root["$defs"]![reference["#/$defs/".Length..]]!.AsObject(), root, path + "[]", found);
        }
    }

    static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(member => Objects(member.Value)).Concat((string?)(o["type"] as JsonValue) == "object" ? [o] : []),
        JsonArray a => a.SelectMany(Objects),
        _ => [],
    };

    /// <summary>A file of one key, in YAML's flow style, which takes JSON values as they are.</summary>
    static string With(string key, string value)
    {
        var text = value;
        foreach (var name in key.Split('.').Reverse())
        {
            text = name.EndsWith("[]", StringComparison.Ordinal) ? $"{{{name[..^2]}: [{text}]}}" : $"{{{name}: {text}}}";
        }

        return text;
    }
}
