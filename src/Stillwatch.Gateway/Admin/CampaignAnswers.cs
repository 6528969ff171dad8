using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Gateway.Admin;

/// <summary>What detection holds, a page of it: campaigns whole, without the judgements of their accounts.</summary>
/// <param name="AsOf">Event time of the newest exchange in it; null when there is none.</param>
/// <param name="LogRow">The newest row of the exchange log in it: <c>scan --data DIR --until-row N</c> says the same.</param>
/// <param name="Current">False when exchanges came since and a newer report is not due yet.</param>
/// <param name="Total">Campaigns that the filters leave, over all pages.</param>
/// <param name="Next">To be given as <c>after</c> for the next page; null on the last.</param>
sealed record CampaignList(
    DateTimeOffset? AsOf, long LogRow, bool Current, string Mode, string Engine, string PolicyHash, string KeyId, InputSummary Input, int Total,
    IReadOnlyList<Campaign> Campaigns, string? Next);

/// <summary>One campaign whole.</summary>
/// <param name="Accounts">What is held of its accounts, each with its own evidence; a page of them when <c>limit</c> was given.</param>
sealed record CampaignAnswer(
    DateTimeOffset? AsOf, long LogRow, bool Current, string Mode, Campaign Campaign, int Total, IReadOnlyList<AccountJudgement> Accounts, string? Next);

/// <summary>As <see cref="ReportJson"/> writes the same things.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<Rung>)])]
[JsonSerializable(typeof(CampaignList))]
[JsonSerializable(typeof(CampaignAnswer))]
sealed partial class CampaignJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static CampaignJson Readable { get; } = new(ReportJson.ReadableOptions());
}
