namespace Stillwatch.Storage.People;

/// <summary>What a person may do in the console. Each may do what those before it may.</summary>
public enum Role
{
    /// <summary>Sees campaigns, accounts and cases.</summary>
    Viewer,

    /// <summary>Works on cases: notes, dismissals, answers to appeals, rungs below suspend.</summary>
    Analyst,

    /// <summary>Gives the second signature.</summary>
    Approver,

    /// <summary>Says who may do what, and changes the policy.</summary>
    Admin,
}

/// <summary>Where a person's name and role come from.</summary>
public enum PersonSource
{
    /// <summary>Made here by an admin; signs in with links that hold once.</summary>
    Local,

    /// <summary>Told by the identity provider at each sign-in.</summary>
    OpenId,
}

/// <summary>Somebody who may sign in to the console.</summary>
/// <param name="Name">As signatures in the log of cases have it; 1 to 128 characters, unique without regard to case.</param>
/// <param name="Subject">What the identity provider calls this person; null for a local one.</param>
/// <param name="Disabled">Since when every sign-in is refused; null while it is not.</param>
/// <param name="LastSeen">Of the newest session, to the minute; null before the first.</param>
public sealed record Person(
    string Name, Role Role, PersonSource Source, string? Subject, DateTimeOffset Created, DateTimeOffset? Disabled, DateTimeOffset? LastSeen)
{
    /// <summary>Longest name, characters.</summary>
    public const int MaxNameLength = 128;

    /// <returns>Null when the name can be signed with, or what is wrong with it.</returns>
    public static string? Fault(string? name) =>
        string.IsNullOrWhiteSpace(name) || name.Length > MaxNameLength ? $"a name has 1 to {MaxNameLength} characters"
        : name != name.Trim() || name.Any(char.IsControl) ? "a name has no control characters and no blanks at its ends"
        : name.Equals(Cases.Decisions.Policy, StringComparison.OrdinalIgnoreCase) ? $"the name {name} is the policy's own"
        : null;
}

/// <summary>A signed-in person: who, since when, and until when.</summary>
/// <param name="Id">Names the session; nobody can sign in with it.</param>
/// <param name="Ends">When it ends whatever happens.</param>
public sealed record Session(string Id, Person Person, DateTimeOffset Began, DateTimeOffset Ends);
