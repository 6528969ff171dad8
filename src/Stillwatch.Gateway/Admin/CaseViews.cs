using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Appeals;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Admin;

/// <summary>A case in a list.</summary>
/// <param name="Response">The strictest response held in it.</param>
/// <param name="Held">Accounts above observe.</param>
sealed record CaseLine(
    string Id, CaseState State, bool Live, Verdict Verdict, double Confidence, Rung Response, int Accounts, int Held, bool Enforced, DateTimeOffset Opened,
    DateTimeOffset? Ended, int OpenAppeals, string? Pending)
{
    public static CaseLine Of(Case one, CasePicture picture) => new(
        one.Id, one.State, one.IsLive, one.Verdict, one.Confidence, one.Strictest, one.Accounts.Count, one.Held.Count, one.Held.Values.Any(held => held.Enforced), one.Opened,
        one.Ended, picture.Appeals.Values.Count(appeal => appeal.Case == one.Id && appeal.IsOpen),
        one.Pending is { } pending ? $"{pending.Rung.ToString().ToLowerInvariant()} asked for by {pending.By}" : null);
}

sealed record CaseList(IReadOnlyList<CaseLine> Cases);

/// <summary>A case with all that is known of it.</summary>
/// <param name="Families">Evidence families that carry it, with their log odds in nats.</param>
/// <param name="Responses">What is held of which account.</param>
sealed record CaseView(
    CaseLine Case, IReadOnlyList<string> Reasons, double PriorLogOdds, double CalibrationLogOdds, IReadOnlyDictionary<string, double> Families,
    IReadOnlyList<EvidenceItem> Evidence, int TraitKeys, IReadOnlyList<string> Kinds, IReadOnlyList<string> Accounts, IReadOnlyList<AccountHeld> Responses,
    IReadOnlyList<ActionView> Actions, IReadOnlyList<DecisionView> Decisions, IReadOnlyList<AnalystAppeal> Appeals, string? SplitFrom, string? MergedInto, string? DecidedBy,
    string? DecisionReason, IReadOnlyList<NoteView> Notes, CaseHarvest? Harvest);

/// <summary>What an analyst wrote down for the others.</summary>
sealed record NoteView(DateTimeOffset At, string By, string Text);

/// <summary>A case in the queue, with the sum that places it there.</summary>
/// <param name="Waits">What is to be done.</param>
sealed record QueueLine(CaseLine Case, CasePriority Priority, IReadOnlyList<string> Waits, DateTimeOffset Since)
{
    public static QueueLine Of(QueuedCase queued, CasePicture picture) => new(CaseLine.Of(queued.Case, picture), queued.Priority, queued.Waits, queued.Since);
}

sealed record QueueAnswer(IReadOnlyList<QueueLine> Queue);

/// <summary>A case that resembles another: see <see cref="SimilarCase"/>.</summary>
sealed record SimilarLine(CaseLine Case, int SharedTraits, double TraitRatio, double EvidenceRatio, double Likeness);

sealed record SimilarAnswer(IReadOnlyList<SimilarLine> Similar);

/// <summary>What was decided on a case beside its actions: who, what and why.</summary>
sealed record DecisionView(long Sequence, DateTimeOffset At, string What, string By, string Says)
{
    public static DecisionView Of(long sequence, CaseEntry entry) => entry switch
    {
        ApprovalAsked asked => new(sequence, entry.At, $"{asked.Rung.ToString().ToLowerInvariant()} asked for", asked.By, asked.Reason),
        ApprovalEnded ended => new(
            sequence, entry.At, $"{ended.Rung.ToString().ToLowerInvariant()} asked for by {ended.AskedBy}: {ended.How.ToString().ToLowerInvariant()}", ended.By, ended.Reason),
        CaseDecided decided => new(sequence, entry.At, decided.State.ToString().ToLowerInvariant(), decided.By, decided.Reason),
        AccountsCleared cleared => new(sequence, entry.At, $"{cleared.Accounts.Count} accounts cleared", cleared.By, cleared.Reason),
        AccountRepaired repaired => new(sequence, entry.At, $"{repaired.Account} repaired, {repaired.SpendNanoUsd} nano US dollars", repaired.By, repaired.Reason),
        AppealAnswered answered => new(sequence, entry.At, $"{answered.Id} answered: {answered.Decision.ToString().ToLowerInvariant()}", answered.By, answered.Text),
        _ => throw new ArgumentOutOfRangeException(nameof(entry), entry.GetType().Name, "This is no decision."),
    };
}

sealed record AccountHeld(string Account, Rung Response, DateTimeOffset Since, DateTimeOffset Until, string DecidedBy, string Rule, bool Enforced, bool InClassesOnly);

/// <summary>An action of the log. <paramref name="Sequence"/> orders the log and never changes.</summary>
sealed record ActionView(
    long Sequence, string Id, DateTimeOffset At, string? Case, int AccountCount, IReadOnlyList<string> Accounts, Rung From, Rung To, string Rule, string PolicyHash,
    IReadOnlyDictionary<string, double> Families, IReadOnlyList<string> Reasons, DateTimeOffset Since, DateTimeOffset? Until, string DecidedBy,
    string? ApprovedBy, string? Reverses, bool Enforced, bool InClassesOnly)
{
    const int MostNamed = 100;

    /// <param name="only">Names this account alone; null names the first hundred.</param>
    public static ActionView Of(long sequence, ActionTaken action, string? only) => new(
        sequence, action.Id, action.At, action.Case, action.Accounts.Count, only is null ? [.. action.Accounts.Take(MostNamed)] : [only], action.From, action.To, action.Rule,
        action.PolicyHash, action.Families, action.Reasons, action.Since, action.Until, action.DecidedBy, action.ApprovedBy, action.Reverses, action.Enforced, action.InClassesOnly);
}

/// <param name="Next">Give it as <c>after</c> to read on; null at the end.</param>
sealed record ActionList(IReadOnlyList<ActionView> Actions, long? Next);

/// <summary>An appeal as analysts see it, with the customer's text.</summary>
sealed record AnalystAppeal(
    string Id, string Case, string Account, DateTimeOffset Made, string State, string Statement, string? Contact, DateTimeOffset? Answered, string? AnsweredBy, string? Answer,
    IReadOnlyList<SpokenView> Messages)
{
    public static AnalystAppeal Of(Appeal appeal) => new(
        appeal.Id, appeal.Case, appeal.Account, appeal.At, AppealView.StateOf(appeal), appeal.Text, appeal.Contact, appeal.Answer?.At, appeal.Answer?.By, appeal.Answer?.Text,
        [.. appeal.Messages.Select(message => new SpokenView(message.At, message.IsFromAccount, message.By, message.Text))]);

    public override string ToString() => Id;
}

/// <param name="FromAccount">Otherwise <paramref name="By"/> is a person of the operator's, whom the account is not told.</param>
sealed record SpokenView(DateTimeOffset At, bool FromAccount, string By, string Text);

sealed record AnalystAppeals(IReadOnlyList<AnalystAppeal> Appeals);

sealed record ExampleList(IReadOnlyList<CalibrationExample> Examples);

/// <summary>What a person decides on a case.</summary>
/// <param name="Rung">For approvals: <c>withhold</c> or <c>suspend</c>.</param>
/// <param name="Accounts">Some of the case's accounts; left out, those the command is usually for.</param>
sealed record CaseOrder(string? By = null, string? Reason = null, Rung? Rung = null, IReadOnlyList<string>? Accounts = null) : ISignedOrder;

/// <summary>What an analyst writes to an account.</summary>
sealed record WrittenOrder(string? By = null, string? Text = null) : ISignedOrder
{
    string? ISignedOrder.Reason => null; // the log of cases has the text
}

/// <param name="WholeCase">Overturn the case, and not only what is held of this account.</param>
sealed record AnswerOrder(AppealDecision? Decision = null, string? Text = null, string? By = null, bool WholeCase = false) : ISignedOrder
{
    string? ISignedOrder.Reason => Text;
}

/// <summary>What a command came to.</summary>
/// <param name="Pending">A second person must approve; nothing has changed yet.</param>
/// <param name="Repaired">Accounts given back what a restriction cost.</param>
sealed record CaseOutcome(CaseLine? Case, bool Pending, int Repaired);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CaseList))]
[JsonSerializable(typeof(CaseView))]
[JsonSerializable(typeof(ActionList))]
[JsonSerializable(typeof(AnalystAppeals))]
[JsonSerializable(typeof(ExampleList))]
[JsonSerializable(typeof(QueueAnswer))]
[JsonSerializable(typeof(SimilarAnswer))]
[JsonSerializable(typeof(WrittenOrder))]
[JsonSerializable(typeof(CaseOrder))]
[JsonSerializable(typeof(AnswerOrder))]
[JsonSerializable(typeof(CaseOutcome))]
sealed partial class CaseJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static CaseJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new LowerCaseEnum<Verdict>(), new LowerCaseEnum<Rung>(), new LowerCaseEnum<CaseState>(), new LowerCaseEnum<AppealDecision>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never inside HTML
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    });
}
