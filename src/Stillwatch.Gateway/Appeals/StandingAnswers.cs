using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Appeals;

/// <summary>How the caller's account stands.</summary>
/// <param name="Access">What shuts it out before any response does; null when nothing does.</param>
/// <param name="Responses">What is done to it now, the strictest first; empty when nothing is.</param>
sealed record StandingAnswer(string Account, VerificationLevel Level, AccessRefusal? Access, IReadOnlyList<Statement> Responses);

/// <summary>A refusal by the operator's records or region rules: asked from where this call came.</summary>
sealed record AccessRefusal(string Code, string Says);

/// <summary>An appeal as the account makes it.</summary>
sealed record AppealOrder(string? Statement = null, string? Contact = null, string? Case = null)
{
    /// <summary>The text is the customer's: not to be printed by accident.</summary>
    public override string ToString() => nameof(AppealOrder);
}

/// <summary>An appeal as the account sees it.</summary>
/// <param name="Case">The case, or <c>access</c>.</param>
/// <param name="State"><c>open</c>, <c>upheld</c> (the response stands) or <c>overturned</c> (it was wrong).</param>
sealed record AppealView(string Id, string Case, DateTimeOffset Made, string State, DateTimeOffset? Answered, string? Answer, IReadOnlyList<MessageView> Messages)
{
    public static AppealView Of(Appeal appeal) => new(
        appeal.Id, appeal.Case, appeal.At, StateOf(appeal), appeal.Answer?.At, appeal.Answer?.Text,
        [.. appeal.Messages.Select(message => new MessageView(message.At, message.IsFromAccount ? "account" : "operator", message.Text))]);

    public static string StateOf(Appeal appeal) => appeal.Answer?.Decision switch
    {
        null => "open",
        AppealDecision.Uphold => "upheld",
        _ => "overturned",
    };
}

/// <summary>A word of either side.</summary>
/// <param name="From"><c>account</c> or <c>operator</c>: no person is named.</param>
sealed record MessageView(DateTimeOffset At, string From, string Text);

/// <summary>What an account adds to its appeal.</summary>
sealed record MessageOrder(string? Text = null)
{
    /// <summary>The text is the customer's: not to be printed by accident.</summary>
    public override string ToString() => nameof(MessageOrder);
}

sealed record AppealViews(IReadOnlyList<AppealView> Appeals);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(StandingAnswer))]
[JsonSerializable(typeof(AppealOrder))]
[JsonSerializable(typeof(MessageOrder))]
[JsonSerializable(typeof(AppealView))]
[JsonSerializable(typeof(AppealViews))]
sealed partial class StandingJson : JsonSerializerContext
{
    /// <summary>The context to use: of what comes in, unknown and doubled members are refused.</summary>
    public static StandingJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Rung>(), new LowerCaseEnum<VerificationLevel>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never inside HTML
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
    });
}
