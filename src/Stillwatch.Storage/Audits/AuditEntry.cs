namespace Stillwatch.Storage.Audits;

/// <summary>Through which face somebody saw or did something.</summary>
public enum AuditFace
{
    /// <summary>The analysts' pages.</summary>
    Console,

    /// <summary>The admin API, the command line included, which speaks to it.</summary>
    Api,

    /// <summary>The server itself: retention.</summary>
    Server,
}

public enum AuditOutcome
{
    Done,

    /// <summary>A rule, a role or the state of the thing forbade it.</summary>
    Refused,

    /// <summary>It was begun and did not succeed.</summary>
    Failed,
}

/// <summary>Who saw or did what, when and why. Content of exchanges never stands here.</summary>
public sealed record AuditEntry
{
    /// <summary>Wall-clock time, not event time.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The person, or the name of the key that was used.</summary>
    public required string Who { get; init; }

    /// <summary>The role it was done in; empty where nobody is signed in.</summary>
    public string Role { get; init; } = "";

    public required AuditFace Face { get; init; }

    /// <summary>A word in <c>snake_case</c>: <c>sign_in</c>, <c>saw</c>, <c>approve</c>, <c>policy_applied</c>, ...</summary>
    public required string Action { get; init; }

    /// <summary>What it was about, its kind first: <c>case case_…</c>, <c>account acct_1</c>.</summary>
    public string? Subject { get; init; }

    /// <summary>Why, in the person's words.</summary>
    public string? Reason { get; init; }

    public AuditOutcome Outcome { get; init; }

    /// <summary>What came of it.</summary>
    public string? Detail { get; init; }

    /// <summary>Nothing is refused for its length: what is longer is cut, and ends in an ellipsis that says so.</summary>
    internal AuditEntry Bounded() => this with
    {
        Who = Cut(Who, 128)!, Role = Cut(Role, 64)!, Action = Cut(Action, 64)!, Subject = Cut(Subject, 320), Reason = Cut(Reason, 2000), Detail = Cut(Detail, 2000),
    };

    static string? Cut(string? text, int most) => text is null || text.Length <= most ? text : $"{text[..(most - 1)]}…";
}

/// <summary>An entry in its place.</summary>
/// <param name="Sequence">From 1, without a gap: a gap is a removed row.</param>
public sealed record AuditRow(long Sequence, AuditEntry Entry);

/// <summary>Which entries to show, the newest first. What is null is not asked.</summary>
/// <param name="Before">Only entries with a lower sequence: how a page follows another.</param>
/// <param name="Most">1 to <see cref="AuditLog.MostPerPage"/>.</param>
public sealed record AuditQuery(
    long? Before = null, int Most = 100, string? Who = null, string? Action = null, string? Subject = null, DateTimeOffset? From = null, DateTimeOffset? Until = null);
