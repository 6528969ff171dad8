using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>One entry of the log of cases. Entries are added and never changed; everything that is held of cases follows from them in their order.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CaseJudged), "case_judged")]
[JsonDerivedType(typeof(ActionTaken), "action_taken")]
[JsonDerivedType(typeof(ApprovalAsked), "approval_asked")]
[JsonDerivedType(typeof(ApprovalEnded), "approval_ended")]
[JsonDerivedType(typeof(NoteAdded), "note_added")]
[JsonDerivedType(typeof(CaseDecided), "case_decided")]
[JsonDerivedType(typeof(AccountsCleared), "accounts_cleared")]
[JsonDerivedType(typeof(AccountRepaired), "account_repaired")]
[JsonDerivedType(typeof(AppealMade), "appeal_made")]
[JsonDerivedType(typeof(AppealMessage), "appeal_message")]
[JsonDerivedType(typeof(AppealAnswered), "appeal_answered")]
public abstract record CaseEntry
{
    /// <summary>Event time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The case it belongs to; null for what concerns an account alone.</summary>
    public required string? Case { get; init; }
}

/// <summary>What detection says of a case now. The first one opens it; later ones tell what is new.</summary>
public sealed record CaseJudged : CaseEntry
{
    public required Verdict Verdict { get; init; }

    public required double Confidence { get; init; }

    public required double PriorLogOdds { get; init; }

    public required double CalibrationLogOdds { get; init; }

    public required IReadOnlyList<EvidenceItem> Evidence { get; init; }

    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Accounts that were not in the case before.</summary>
    public IReadOnlyList<string> Joined { get; init; } = [];

    /// <summary>Accounts that another case has taken over.</summary>
    public IReadOnlyList<string> Left { get; init; } = [];

    /// <summary>Keyed names of the linking traits that were not known before.</summary>
    public IReadOnlyList<ulong> TraitKeys { get; init; } = [];

    /// <summary>Kinds of evidence that were not known before.</summary>
    public IReadOnlyList<string> Kinds { get; init; } = [];

    /// <summary>Content keys of the harvesting classes; null when they have not changed.</summary>
    public IReadOnlyList<ulong>? ClassKeys { get; init; }

    /// <summary>What its accounts have taken so far; null in entries from before it was kept.</summary>
    public CaseHarvest? Harvest { get; init; }

    /// <summary>The case that most of the accounts were in before a ring divided.</summary>
    public string? SplitFrom { get; init; }
}

/// <summary>A response was set, renewed or ended for some accounts of a case.</summary>
public sealed record ActionTaken : CaseEntry
{
    public required string Id { get; init; }

    public required IReadOnlyList<string> Accounts { get; init; }

    public required Rung From { get; init; }

    public required Rung To { get; init; }

    /// <summary>The rule of the policy, <c>person</c>, or why a response ended.</summary>
    public required string Rule { get; init; }

    public required string PolicyHash { get; init; }

    /// <summary>Evidence families that carry the decision, with their log odds in nats.</summary>
    public required IReadOnlyDictionary<string, double> Families { get; init; }

    /// <summary>The statement of reasons, a sentence each.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>Since when the accounts have been at <see cref="To"/>; earlier than <see cref="CaseEntry.At"/> in a renewal.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>When it ends by itself; null at observe.</summary>
    public required DateTimeOffset? Until { get; init; }

    /// <summary><see cref="Decisions.Policy"/>, or a person's name.</summary>
    public required string DecidedBy { get; init; }

    /// <summary>The second person, where two are needed.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>The action that this one takes back.</summary>
    public string? Reverses { get; init; }

    /// <summary>False: decided and recorded, and nothing was done to anybody.</summary>
    public required bool Enforced { get; init; }

    /// <summary>The accounts mix: they are restricted in the harvesting classes alone.</summary>
    public bool InClassesOnly { get; init; }
}

/// <summary>The first of two people has asked for a rung.</summary>
public sealed record ApprovalAsked : CaseEntry
{
    /// <summary>How long a request stands: the second person decides on what the first one saw.</summary>
    public static readonly TimeSpan ValidFor = TimeSpan.FromDays(7);

    public required Rung Rung { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<string> Accounts { get; init; }
}

/// <summary>A request for a rung is over without having been approved.</summary>
public sealed record ApprovalEnded : CaseEntry
{
    public required ApprovalEnd How { get; init; }

    public required Rung Rung { get; init; }

    /// <summary>Who had asked.</summary>
    public required string AskedBy { get; init; }

    /// <summary><see cref="Decisions.Policy"/> where time ended it.</summary>
    public required string By { get; init; }

    public required string Reason { get; init; }
}

public enum ApprovalEnd
{
    /// <summary>Nobody approved it within <see cref="ApprovalAsked.ValidFor"/>.</summary>
    Expired,

    /// <summary>An approver said no.</summary>
    Refused,

    /// <summary>Whoever asked took it back.</summary>
    Withdrawn,
}

/// <summary>What an analyst wrote down for the others. Nobody outside reads it.</summary>
public sealed record NoteAdded : CaseEntry
{
    public required string By { get; init; }

    public required string Text { get; init; }
}

/// <summary>A case has come to an end, or a person has confirmed it.</summary>
public sealed record CaseDecided : CaseEntry
{
    public required CaseState State { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }

    public string? MergedInto { get; init; }
}

/// <summary>Some accounts of a case were found innocent; the case goes on without them.</summary>
public sealed record AccountsCleared : CaseEntry
{
    public required IReadOnlyList<string> Accounts { get; init; }

    public required CaseState As { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }
}

/// <summary>An account was given back what a restriction had cost it.</summary>
/// <remarks><see cref="SpendNanoUsd"/> is what it spent while it was restricted; 0 when that is not known.</remarks>
public sealed record AccountRepaired : CaseEntry
{
    public required string Account { get; init; }

    public required long SpendNanoUsd { get; init; }

    public required string By { get; init; }

    public required string Reason { get; init; }
}

/// <summary>An account objects. The text is the customer's own words: shown to analysts, never logged.</summary>
public sealed record AppealMade : CaseEntry
{
    public required string Id { get; init; }

    public required string Account { get; init; }

    public required string Text { get; init; }

    public string? Contact { get; init; }
}

/// <summary>A word of either side while an appeal is open.</summary>
public sealed record AppealMessage : CaseEntry
{
    /// <summary>The appeal's.</summary>
    public required string Id { get; init; }

    /// <summary>The account writes; otherwise a person of the operator's.</summary>
    public required bool IsFromAccount { get; init; }

    /// <summary>The account, or the person. A person's name is never told to the account.</summary>
    public required string By { get; init; }

    public required string Text { get; init; }
}

public sealed record AppealAnswered : CaseEntry
{
    public required string Id { get; init; }

    public required AppealDecision Decision { get; init; }

    public required string Text { get; init; }

    public required string By { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<Rung>), typeof(LowerCaseEnum<CaseState>), typeof(LowerCaseEnum<AppealDecision>), typeof(LowerCaseEnum<ApprovalEnd>)])]
[JsonSerializable(typeof(CaseEntry))]
[JsonSerializable(typeof(string))]
sealed partial class CaseEntryJson : JsonSerializerContext;
