using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Replays;

/// <summary>Whom an edited policy would have touched, beside whom the current one would have (<c>replay.json</c>).</summary>
/// <param name="From">The first instant looked at; <paramref name="To"/> the newest exchange.</param>
/// <param name="Notes">What a replay cannot know, and what was wrong with the input; a sentence each.</param>
public sealed record ReplayReport(
    int Version, DateTimeOffset From, DateTimeOffset To, int Days, long Exchanges, int Accounts, ReplayedPolicy Before, ReplayedPolicy After,
    IReadOnlyList<ClassChange> Classes, IReadOnlyList<RungChange> Touched, IReadOnlyList<RungChange> Released,
    IReadOnlyList<RuleChange> Limits, IReadOnlyList<RuleChange> Levels, IReadOnlyList<RuleChange> Regions, IReadOnlyList<string> Notes)
{
    /// <summary>The stored sketches are too bad to trust this (exit code 3).</summary>
    [JsonIgnore]
    public bool IsUntrustworthy { get; init; }
}

public sealed record ReplayedPolicy(string Name, string Hash, string Mode);

/// <summary>Accounts of one class at each rung above observe.</summary>
/// <param name="Class">The truth's look-alike class where given; otherwise licence, programme, organization or verification level, the first there is.</param>
public sealed record ClassChange(string Class, int Accounts, IReadOnlyDictionary<string, CountChange> Rungs);

public sealed record CountChange(long Before, long After);

/// <summary>Accounts of one campaign that go from one rung to another.</summary>
/// <param name="Reasons">The statement's main reasons.</param>
public sealed record RungChange(
    Rung Before, Rung After, Verdict Verdict, double Confidence, IReadOnlyList<string> Reasons, IReadOnlyList<string> Accounts);

/// <summary>What one rule refuses, or would if its mode were enforce.</summary>
/// <param name="Mode">In the policy that may come, where it has the rule.</param>
/// <param name="Exchanges">Zero for region rules, which are about accounts.</param>
public sealed record RuleChange(string Rule, string Mode, CountChange Exchanges, CountChange Accounts);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<Rung>), typeof(LowerCaseEnum<ReplayState>)],
    WriteIndented = true)]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(ReplayJob))]
public sealed partial class ReplayJson : JsonSerializerContext
{
    /// <summary>The context to use: names keep their letters instead of \u escapes, lines end in LF on every system.</summary>
    public static ReplayJson Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>(), new LowerCaseEnum<ReplayState>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    });
}
