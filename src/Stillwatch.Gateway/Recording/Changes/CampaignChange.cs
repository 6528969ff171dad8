using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Gateway.Recording.Changes;

/// <summary>What may become of a campaign from one report to the next.</summary>
enum ChangeKind
{
    Appeared,
    Verdict,
    Response,
    Members,
    Pivot,
    Gone,
}

/// <summary>One change of one campaign.</summary>
/// <param name="At">Event time of the newest exchange that was known.</param>
/// <param name="Says">One sentence a person understands.</param>
sealed record CampaignChange(ChangeKind Kind, DateTimeOffset? At, string Campaign, Verdict Verdict, Rung Response, double Confidence, int Accounts, string Says)
{
    /// <summary>Names of accounts in one change; the counts beside them are whole.</summary>
    public const int MostNames = 1_000;

    public Verdict? WasVerdict { get; init; }

    public Rung? WasResponse { get; init; }

    public IReadOnlyList<string> Joined { get; init; } = [];

    public int JoinedCount { get; init; }

    public IReadOnlyList<string> Left { get; init; } = [];

    public int LeftCount { get; init; }

    public Pivot? Pivot { get; init; }

    /// <summary>The campaign that holds most of its accounts now, when it has gone.</summary>
    public string? Into { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<Rung>), typeof(LowerCaseEnum<ChangeKind>)])]
[JsonSerializable(typeof(CampaignChange))]
sealed partial class ChangeJson : JsonSerializerContext
{
    /// <summary>The context to use: one line, as an event stream needs it.</summary>
    public static ChangeJson OneLine { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>(), new LowerCaseEnum<ChangeKind>() },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // text/event-stream, never inside HTML
    });
}
