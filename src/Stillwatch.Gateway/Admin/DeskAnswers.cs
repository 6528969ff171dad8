using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Admin;

/// <param name="Next">To be given as <c>before</c> for the next page; null on the last.</param>
sealed record AuditAnswer(IReadOnlyList<AuditLine> Entries, long? Next);

sealed record AuditLine(
    long Sequence, DateTimeOffset At, string Who, string Role, AuditFace Face, string Action, string? Subject, string? Reason, AuditOutcome Outcome, string? Detail)
{
    public static AuditLine Of(AuditRow row) => new(
        row.Sequence, row.Entry.At, row.Entry.Who, row.Entry.Role, row.Entry.Face, row.Entry.Action, row.Entry.Subject, row.Entry.Reason, row.Entry.Outcome, row.Entry.Detail);
}

/// <summary>Why somebody wants to read what a customer wrote.</summary>
sealed record ContentOrder(string? By = null, string? Reason = null) : ISignedOrder;

/// <param name="Line">The exchange as a line of the exchange log (contract 5.1).</param>
sealed record ContentAnswer(string Exchange, string Line);

/// <param name="Policy">The edited policy's text.</param>
sealed record ReplayOrder(string? By = null, string? Reason = null, string? Policy = null, int Days = 30) : ISignedOrder;

/// <summary>A replay without what it found, for a list.</summary>
sealed record ReplayLine(string Id, ReplayState State, string By, DateTimeOffset Started, DateTimeOffset? Ended, int Days, string PolicyHash, double ProgressRatio, string? Says)
{
    public static ReplayLine Of(ReplayJob job) => new(job.Id, job.State, job.By, job.Started, job.Ended, job.Days, job.PolicyHash, job.ProgressRatio, job.Says);
}

sealed record ReplayList(IReadOnlyList<ReplayLine> Replays);

/// <param name="Hash">Of the policy that was edited.</param>
sealed record PolicyOrder(string? By = null, string? Reason = null, string? Policy = null, string? Hash = null) : ISignedOrder;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AuditAnswer))]
[JsonSerializable(typeof(AuditVerification))]
[JsonSerializable(typeof(ContentOrder))]
[JsonSerializable(typeof(ContentAnswer))]
[JsonSerializable(typeof(ReplayOrder))]
[JsonSerializable(typeof(ReplayList))]
[JsonSerializable(typeof(ReplayJob))]
[JsonSerializable(typeof(PolicyOrder))]
[JsonSerializable(typeof(PolicyEdition))]
[JsonSerializable(typeof(PolicyOutcome))]
[JsonSerializable(typeof(HarvestEstimate))]
[JsonSerializable(typeof(AccountProfile))]
[JsonSerializable(typeof(OrganizationProfile))]
sealed partial class DeskJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static DeskJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters =
        {
            new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>(), new LowerCaseEnum<AuditFace>(), new LowerCaseEnum<AuditOutcome>(), new LowerCaseEnum<ReplayState>(),
        },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never inside HTML
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    });
}
