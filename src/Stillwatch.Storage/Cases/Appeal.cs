using System.Collections.Immutable;

namespace Stillwatch.Storage.Cases;

/// <summary>An objection of an account, and the answer. Immutable.</summary>
/// <param name="Case">The case it objects to, or <see cref="AboutAccess"/>.</param>
/// <param name="Answer">Null while nobody has answered.</param>
public sealed record Appeal(string Id, string Case, string Account, DateTimeOffset At, string Text, string? Contact, AppealAnswered? Answer)
{
    /// <summary>What both sides wrote since, the oldest first.</summary>
    public ImmutableList<AppealMessage> Messages { get; init; } = [];

    /// <summary>Stands where a case would: the account objects to how its records, its region or its level shut it out, which no case is about.</summary>
    public const string AboutAccess = "access";

    public bool IsOpen => Answer is null;

    public bool IsAboutAccess => Case == AboutAccess;

    /// <summary>The text is the customer's: not to be printed by accident.</summary>
    public override string ToString() => Id;
}

public enum AppealDecision
{
    /// <summary>The response stands.</summary>
    Uphold,

    /// <summary>It was wrong: it ends, and what it cost is repaired.</summary>
    Overturn,
}
