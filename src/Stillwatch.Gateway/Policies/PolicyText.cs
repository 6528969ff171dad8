using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Stillwatch.Gateway.Policies;

/// <summary>A policy as YAML that can be read back: what is absent or empty is left out, what is stated is every default.</summary>
static partial class PolicyText
{
    public static string Of(AccessPolicy policy)
    {
        var text = new StringBuilder();
        Write(text, PolicyForm.Of(policy, isCanonical: false), "");
        return text.ToString();
    }

    static void Write(StringBuilder text, JsonObject mapping, string indent)
    {
        foreach (var (key, value) in mapping)
        {
            switch (value)
            {
                case null:
                case JsonObject mappings when mappings.All(member => member.Value is null):
                    break;
                case JsonObject inner:
                    text.Append($"{indent}{key}:\n");
                    Write(text, inner, indent + "  ");
                    break;
                case JsonArray list when list.All(item => item is JsonObject):
                    text.Append($"{indent}{key}:\n");
                    foreach (var item in list)
                    {
                        var at = text.Length;
                        Write(text, item!.AsObject(), indent + "    ");
                        text[at + indent.Length + 2] = '-';
                    }

                    break;
                case JsonArray words:
                    text.Append($"{indent}{key}: [{string.Join(", ", words.Select(word => Scalar(word!)))}]\n");
                    break;
                default:
                    text.Append($"{indent}{key}: {Scalar(value)}\n");
                    break;
            }
        }
    }

    static string Scalar(JsonNode value) =>
        value.GetValueKind() != System.Text.Json.JsonValueKind.String ? value.ToJsonString()
        : value.GetValue<string>() is var word && Plain().IsMatch(word) && word != "null" ? word
        : $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("${", "$${")}\"";

    [GeneratedRegex(@"^[A-Za-z0-9](?:[A-Za-z0-9_./ +-]*[A-Za-z0-9_./+-])?$")]
    private static partial Regex Plain();
}
