using System.Text;
using System.Text.Json.Nodes;

namespace Stillwatch.Gateway.Policies;

/// <summary>A policy as YAML that can be read back: what is absent or empty is left out, what is stated is every default.</summary>
static class PolicyText
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
        : value.GetValue<string>() is var word && IsPlain(word) ? word
        : $"\"{word.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("${", "$${")}\"";

    // Needs no quotes in YAML.
    static bool IsPlain(string word) => word.Length > 0 && char.IsAsciiLetterOrDigit(word[0]) && word[^1] != ' ' && word != "null"
        && word.All(c => char.IsAsciiLetterOrDigit(c) || "_./ +-".Contains(c));
}
