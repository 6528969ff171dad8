namespace Stillwatch.Storage.Accounts;

/// <summary>Why and by whom something is changed.</summary>
/// <param name="By">A person, a vendor, or the name of a file.</param>
public sealed record ChangeNote(ChangeSource Source, string By, string Reason, DateTimeOffset At);

/// <summary>
/// Where a value comes from. Only what the operator's files say is ever outranked by an earlier change; see <see cref="RecordMerge"/>.
/// </summary>
public enum ChangeSource
{
    /// <summary>A file named in the configuration.</summary>
    File,

    /// <summary>Records sent to the admin API.</summary>
    Import,

    /// <summary>One change through the admin API or the command line.</summary>
    Api,

    /// <summary>A verification vendor.</summary>
    Webhook,

    /// <summary>A verification that ran out.</summary>
    Expiry,
}

/// <summary>One line of the history: never changed, never deleted.</summary>
/// <param name="What">The member, as contract 5.2 spells it.</param>
/// <param name="From">Null when nothing was stated.</param>
public sealed record RecordChange(DateTimeOffset At, string What, string? From, string? To, string By, ChangeSource Source, string Reason);
