using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Console.Desk;

/// <summary>What pages ask for on demand, of a gateway or of what a test makes up: profiles, estimates, the policy and its replays. Thread-safe.</summary>
/// <remarks>Who may ask is the pages' to check; what is changed or read here is not audited but for <see cref="ReadContentAsync"/>, which audits first.</remarks>
public interface IConsoleDesk
{
    /// <param name="days">How many days back from now, UTC; 1 to 400.</param>
    /// <returns>Null when nothing knows the account.</returns>
    AccountSheet? Account(string account, int days);

    /// <inheritdoc cref="Account"/>
    OrganizationSheet? Organization(string organization, int days);

    /// <param name="id">Of the campaign or the case.</param>
    HarvestEstimate Harvest(string id, CaseHarvest taken, IReadOnlyCollection<string> accounts);

    /// <summary>What an account of the case would be told at a rung, word for word.</summary>
    string StatementPreview(Case one, Rung rung, DateTimeOffset now);

    /// <summary>The mildest rung that needs two people; null when none does.</summary>
    Rung? FourEyesFrom { get; }

    /// <summary>What a customer wrote, where it is stored: audited before it is read.</summary>
    /// <returns>The exchange as a line of contract 5.1; null when it is not stored.</returns>
    Task<string?> ReadContentAsync(string account, string exchange, string who, string role, string reason, CancellationToken cancellationToken);

    PolicySheet Policy();

    PolicyCheck Check(string policy);

    /// <param name="hash">Of the policy that was edited.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    PolicyCheck Apply(string policy, string hash);

    /// <returns>The replay that was begun, or why none was.</returns>
    (ReplayJob? Job, string? Fault) StartReplay(string policy, int days, string by);

    /// <returns>False when it is not running.</returns>
    bool CancelReplay(string id);

    /// <summary>Null when none is.</summary>
    ReplayJob? Running { get; }

    ReplayJob? Replay(string id);

    /// <summary>The one that runs, and those that are kept, the newest first.</summary>
    IReadOnlyList<ReplayJob> Replays();

    /// <summary>Calls back, from any thread, with each step of a replay. Dispose to end it.</summary>
    IDisposable WatchReplays(Action<ReplayJob> changed);
}

/// <summary>An account over time. Days are UTC.</summary>
/// <param name="Record">Null where the operator's records do not name it.</param>
/// <param name="LevelUntil">When its level runs out.</param>
/// <param name="Statements">What it is told of the responses in force.</param>
/// <param name="Exchanges">The newest, without any text.</param>
/// <param name="IsContentStored">Their texts can be read, with a reason.</param>
public sealed record AccountSheet(
    string Account, AccountRecord? Record, VerificationLevel Level, DateTimeOffset? LevelUntil, bool IsClosed, IReadOnlyList<RecordChange> History, DateOnly From, DateOnly Until,
    IReadOnlyList<DayUsage> Days, IReadOnlyList<RungMove> Rungs, IReadOnlyList<string> Statements, IReadOnlyList<string> Cases, IReadOnlyList<ExchangeLine> Exchanges,
    bool IsContentStored);

/// <summary>A change of the rung an account was at.</summary>
public sealed record RungMove(
    DateTimeOffset At, Rung From, Rung To, string? Case, string Rule, string DecidedBy, string? ApprovedBy, DateTimeOffset? Until, bool IsEnforced, IReadOnlyList<string> Reasons);

/// <param name="Members">At most so many as are read at once.</param>
public sealed record OrganizationSheet(
    string Organization, OrganizationRecord? Record, IReadOnlyList<RecordChange> History, DateOnly From, DateOnly Until, IReadOnlyList<DayUsage> Days,
    IReadOnlyList<(string Account, Rung Response, string? Case)> Members, int MembersInAll);

/// <param name="File">Null where the server was started without one: then nothing can be applied.</param>
/// <param name="Faults">Why the newest edition of the file was refused.</param>
public sealed record PolicySheet(string Text, string Hash, string Mode, string? File, IReadOnlyList<string> Faults);

/// <param name="Hash">Null when the policy has faults.</param>
/// <param name="IsApplied">It is in force now.</param>
public sealed record PolicyCheck(string? Hash, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings, bool IsApplied = false);
