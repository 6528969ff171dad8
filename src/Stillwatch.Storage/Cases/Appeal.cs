namespace Stillwatch.Storage.Cases;

/// <summary>An objection of an account, and the answer. Immutable.</summary>
/// <param name="Answer">Null while nobody has answered.</param>
public sealed record Appeal(string Id, string Case, string Account, DateTimeOffset At, string Text, string? Contact, AppealAnswered? Answer)
{
    public bool IsOpen => Answer is null;

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
