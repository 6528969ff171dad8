using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>Links that sign somebody in once.</summary>
/// <param name="people">Where they are kept, as hashes.</param>
public sealed class Invitations(PersonStore people)
{
    /// <summary>How long the first admin's link holds: as long as somebody sits before the terminal.</summary>
    public static readonly TimeSpan FirstHolds = TimeSpan.FromHours(1);

    /// <summary>How long another link holds: a weekend.</summary>
    public static readonly TimeSpan Holds = TimeSpan.FromHours(72);

    /// <summary>The link that makes the first admin; null when there is one already. To be shown to whoever starts the server, and nowhere else.</summary>
    /// <param name="console">Where the console is reached.</param>
    public Uri? First(Uri console) => people.HasAdmin ? null : Of(console, people.CreateLink(null, FirstHolds));

    /// <summary>A link for somebody who has a name; it takes the place of their earlier one.</summary>
    public Uri For(Person person, Uri console) => Of(console, people.CreateLink(person.Name, Holds));

    static Uri Of(Uri console, string secret) => new(console, $"/signin/{secret}");
}
