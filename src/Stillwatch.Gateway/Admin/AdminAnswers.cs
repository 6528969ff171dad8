using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Admin;

/// <param name="Code">Stable, <c>snake_case</c>.</param>
/// <param name="Message">Thing, value and cure, for a person.</param>
sealed record AdminFault(string Code, string Message);

sealed record AdminFaultAnswer(AdminFault Error);

/// <summary>Whether traffic is taken.</summary>
/// <param name="Reasons">Why not, or what an operator should know all the same (a configuration that was refused). Anybody may read them: no address, no secret.</param>
/// <param name="Config">Where the configuration file stands; null without one.</param>
/// <param name="Policy">Where the policy file stands; null without one.</param>
sealed record Readiness(bool IsReady, IReadOnlyList<string> Reasons, ConfigStatus? Config = null, ConfigStatus? Policy = null);

sealed record ReadinessAnswer(bool Ready, IReadOnlyList<string> Reasons, ConfigAnswer? Config, ConfigAnswer? Policy);

/// <param name="State"><c>current</c> or <c>refused</c>; refused leaves the last good one running.</param>
/// <param name="NeedsRestart">Keys whose new values wait for a restart.</param>
sealed record ConfigAnswer(string State, DateTimeOffset Since, IReadOnlyList<string> NeedsRestart)
{
    // Faults and warnings are among the reasons; they name files, and anybody may read this page.
    public static ConfigAnswer Of(ConfigStatus status) => new(status.IsCurrent ? "current" : "refused", status.Since, status.NeedsRestart);
}

sealed record HealthAnswer(string Status);

/// <summary>What became of exchanges since the start: received = kept + Σ dropped + waiting.</summary>
/// <param name="Undetected">Kept, but not looked at by detection, by reason.</param>
/// <param name="Refused">Requests refused before they became an exchange, by error code.</param>
sealed record ExchangeCounts(
    long Received, long Kept, IReadOnlyDictionary<string, long> Dropped, long Waiting, IReadOnlyDictionary<string, long> Undetected,
    IReadOnlyDictionary<string, long> Refused);

/// <summary>What is held of an account. Lists are empty when nothing is.</summary>
/// <param name="Says">The state of things in one sentence.</param>
/// <param name="Judgements">Its entries of the report, one for each campaign.</param>
/// <param name="Evidence">The account's own, over all its judgements.</param>
/// <param name="Campaigns">What is held of the groups it is counted to.</param>
sealed record EvidenceAnswer(
    string Account, bool Suspected, string Says, IReadOnlyList<EvidenceItem> Evidence, IReadOnlyList<AccountJudgement> Judgements,
    IReadOnlyList<CampaignEvidence> Campaigns);

sealed record CampaignEvidence(
    string Id, Verdict Verdict, double Confidence, double PriorLogOdds, double LogOdds, Rung Response, IReadOnlyList<string> Reasons, DateTimeOffset? Until,
    IReadOnlyList<EvidenceItem> Evidence, IReadOnlyList<Counterfactual> Counterfactuals, IReadOnlyList<LookAlike> Lookalikes);

/// <param name="From">Start of the span, null from the beginning.</param>
/// <param name="Until">End of the span, exclusive, null until now.</param>
sealed record UsageAnswer(
    string Account, DateTimeOffset? From, DateTimeOffset? Until, long Exchanges, long InputTokens, long CacheReadTokens, long CacheWriteTokens,
    long OutputTokens, long EstimatedExchanges);

/// <summary>The admin API's JSON: snake_case; of what comes in, unknown and doubled members are refused.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AdminFaultAnswer))]
[JsonSerializable(typeof(ReadinessAnswer))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ExchangeCounts))]
[JsonSerializable(typeof(EvidenceAnswer))]
[JsonSerializable(typeof(UsageAnswer))]
[JsonSerializable(typeof(KeyList))]
[JsonSerializable(typeof(KeyOrder))]
[JsonSerializable(typeof(RotationOrder))]
sealed partial class AdminJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static AdminJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never inside HTML
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    });
}
