using Stillwatch.Console.Desk;
using Stillwatch.Console.Live;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;

namespace Stillwatch.Console;

/// <summary>What the console shows and acts on, as the executable hands it over. Everything here is thread-safe.</summary>
/// <remarks>No key, no pepper, no token, no text of anybody's: the console has nothing to give away but what its pages show.</remarks>
public sealed record ConsoleParts
{
    /// <summary>What detection holds and what the gateway counts.</summary>
    public required IConsoleSource Source { get; init; }

    /// <summary>The log of cases.</summary>
    public required CaseStore Cases { get; init; }

    /// <summary>What people decide.</summary>
    public required CaseCommands Commands { get; init; }

    /// <summary>Who saw and did what.</summary>
    public required AuditLog Audit { get; init; }

    /// <summary>What pages ask for on demand.</summary>
    public required IConsoleDesk Desk { get; init; }

    public required PersonStore People { get; init; }

    /// <summary>Runs sessions and timers.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Says when exchanges happen; a demonstration gives simulated days.</summary>
    public required TimeProvider EventTime { get; init; }

    /// <summary>Whether exchanges bring a time of their own, far from the clock's.</summary>
    public bool IsReplaying => (EventTime.GetUtcNow() - Time.GetUtcNow()).Duration() > TimeSpan.FromDays(1);

    public ConsoleSettings Settings { get; init; } = new();
}

/// <summary>How people sign in, and for how long.</summary>
public sealed record ConsoleSettings
{
    /// <summary>A session ends after so long, whatever happens.</summary>
    public TimeSpan SessionLength { get; init; } = TimeSpan.FromHours(12);

    /// <summary>A session nobody used for so long has ended.</summary>
    public TimeSpan SessionIdle { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Null: people sign in with links that an admin makes for them.</summary>
    public OpenIdSettings? OpenId { get; init; }
}

/// <summary>An identity provider, and what its claims mean here.</summary>
/// <param name="Authority">Its issuer; https, or http on loopback.</param>
/// <param name="ClientSecret">Null for a public client; the code is bound by PKCE in any case. Never logged.</param>
/// <param name="NameClaim">Whose value is the person's name here.</param>
/// <param name="RoleClaim">Whose values are looked up in <paramref name="Roles"/>.</param>
/// <param name="Roles">What a value allows. Nobody without one of these values may sign in; of several the highest counts.</param>
public sealed record OpenIdSettings(
    Uri Authority, string ClientId, string? ClientSecret, string NameClaim, string RoleClaim, IReadOnlyDictionary<string, Role> Roles)
{
    public override string ToString() => $"{Authority} as {ClientId}";
}
