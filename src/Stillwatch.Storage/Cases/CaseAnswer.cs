using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>Why a command did nothing.</summary>
public enum CaseFault
{
    None,
    UnknownCase,
    UnknownAppeal,

    /// <summary>A value out of its range; the message says which.</summary>
    Invalid,

    /// <summary>The case, or the appeal, has been decided already.</summary>
    AlreadyDecided,

    /// <summary>The evidence does not carry a restriction, or the verdict does not allow this rung.</summary>
    NotAllowed,

    /// <summary>The second person must be another one than the first.</summary>
    SamePerson,

    /// <summary>It takes the role of an approver.</summary>
    RoleNeeded,

    /// <summary>No request waits for a second person.</summary>
    NothingAsked,

    /// <summary>The case or the appeal holds as many as it may.</summary>
    TooMany,

    /// <summary>No account of the case is where this could apply.</summary>
    NoAccount,

    /// <summary>The account has an open appeal in this case.</summary>
    AppealOpen,

    TooManyAppeals,
}

/// <summary>What a command came to.</summary>
/// <param name="Case">The case as it now is.</param>
/// <param name="IsPending">The first of two people has asked; nothing has changed yet.</param>
/// <param name="Repaired">Accounts that were given back what a restriction cost.</param>
public sealed record CaseAnswer(CaseFault Fault, string? Message, Case? Case = null, Appeal? Appeal = null, bool IsPending = false, int Repaired = 0)
{
    public static CaseAnswer No(CaseFault fault, string message) => new(fault, message);
}

/// <summary>What commands need of the policy.</summary>
/// <param name="PolicyHash">Names the policy in every action.</param>
/// <param name="FourEyes">Suspending needs two different people.</param>
/// <param name="Enforces">False: what is decided is only recorded.</param>
/// <param name="FourEyesFrom">The mildest rung that needs them, withhold or suspend.</param>
public sealed record CaseRules(Policy Ladder, string PolicyHash, bool FourEyes, bool Enforces, Rung FourEyesFrom = Rung.Suspend)
{
    public bool NeedsTwo(Rung rung) => FourEyes && rung >= FourEyesFrom;
}

/// <summary>What the rest of the server does to make good a wrong restriction.</summary>
/// <param name="Repair">Gives an account back its limits and this much spend, nano US dollars.</param>
/// <param name="Spend">What an account spent in a span, nano US dollars; null when that is not known.</param>
public sealed record CaseRepair(Action<string, long, DateTimeOffset> Repair, Func<string, DateTimeOffset, DateTimeOffset, long?> Spend)
{
    public static CaseRepair Nothing { get; } = new((_, _, _) => { }, (_, _, _) => null);
}
