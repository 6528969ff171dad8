using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.Rules;

/// <summary>A declared table: the translators ask it, docs/translation.md prints it, a test holds the two together. Immutable.</summary>
/// <param name="heading">The table's heading in docs/translation.md.</param>
sealed class MemberTable(string heading, params MemberRule[] rules)
{
    public string Heading { get; } = heading;

    public IReadOnlyList<MemberRule> Rules { get; } = rules;

    /// <summary>The rule for a name as it is spelled in the JSON; null when the table does not know it.</summary>
    public MemberRule? Find(ReadOnlySpan<byte> spelled)
    {
        foreach (var rule in rules)
        {
            if (RawText.Equals(spelled, rule.Utf8Name))
            {
                return rule;
            }
        }

        return null;
    }

    /// <summary>Looks for a member that cannot be said in the other dialect.</summary>
    /// <param name="where">The object's own name in the request, empty for the request itself.</param>
    public GatewayError? Refusal(RawValue obj, string where = "")
    {
        foreach (var member in obj.Members)
        {
            if (Find(member.Name) is { Treatment: Treatment.Refused } rule && !AsksForNothing(member.Value, rule))
            {
                return new(400, "untranslatable_member",
                    $"{where}{(where.Length == 0 ? "" : ".")}{rule.Name}: this model is served by an upstream of another API that cannot do it; {rule.Note}.");
            }
        }

        return null;
    }

    static bool AsksForNothing(RawValue value, MemberRule rule) =>
        !value.IsSet || value.Bytes[0] == 'f' || (value.IsObject && !value.Members.MoveNext()) || (value.IsArray && !value.Elements.MoveNext())
        || (rule.Neutral is not null && Compact(value.Bytes) == rule.Neutral);

    static string Compact(ReadOnlySpan<byte> json) =>
        json.Length > 64 ? "" : string.Concat(System.Text.Encoding.UTF8.GetString(json).Where(c => !char.IsWhiteSpace(c)));
}
