using System.Security.Cryptography;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Verification;

/// <summary>What became of a report.</summary>
enum ReportOutcome
{
    Applied,

    /// <summary>The same event came before; nothing was done again.</summary>
    Repeated,

    /// <summary>Something that happened later has been applied already, or an operator has set the level since.</summary>
    Superseded,

    /// <summary>A higher level is held already, and the event does not say that it was revoked.</summary>
    NotRaised,

    /// <summary>The verification had run out before it was delivered.</summary>
    Expired,

    /// <summary>The id was used for another event.</summary>
    IdReused,

    /// <summary>No record, key or other record names the account or organization.</summary>
    Unknown,
}

/// <summary>Applies verification events to the register, each once, in the order in which they happened. Thread-safe.</summary>
/// <param name="knowsAccount">Whether an account without a record exists all the same, since it has a key.</param>
/// <param name="knowsOrganization">The same for an organization.</param>
sealed class VerificationReports(AccountRegister register, Func<string, bool> knowsAccount, Func<string, bool> knowsOrganization)
{
    readonly Lock _applying = new(); // two deliveries of one event are seen one after the other

    /// <param name="body">As it was signed, to tell a repeated event from another one under its id.</param>
    /// <param name="signedAt">Stands for the time of an event that does not say when it happened.</param>
    public ReportOutcome Apply(VerificationEvent report, ReadOnlySpan<byte> body, DateTimeOffset signedAt)
    {
        var sha256 = SHA256.HashData(body);
        lock (_applying)
        {
            if (register.Store.FindEvent(report.Id) is { } seen)
            {
                return seen.Sha256.Span.SequenceEqual(sha256) ? ReportOutcome.Repeated : ReportOutcome.IdReused;
            }

            var kind = RecordKinds.Account;
            if (report.Account is { } account)
            {
                return register.Standings.HasAccount(account) || knowsAccount(account)
                    ? Apply(kind, account, report, sha256, signedAt, () => new AccountRecord { Account = account }, WithCountry, register.Change)
                    : ReportOutcome.Unknown;
            }

            var organization = report.Organization!;
            return register.Standings.Organization(organization) is not null || register.Standings.MembersOf(organization) > 0 || knowsOrganization(organization)
                ? Apply(
                    RecordKinds.Organization, organization, report, sha256, signedAt, () => new OrganizationRecord { Organization = organization }, WithCountry, register.Change)
                : ReportOutcome.Unknown;
        }
    }

    delegate Recorded<T>? Edit<T>(string id, Func<Recorded<T>?, Recorded<T>?> edit, ChangeNote note, Func<SeenEvent>? seen)
        where T : class;

    ReportOutcome Apply<T>(
        RecordKind<T> kind, string id, VerificationEvent report, byte[] sha256, DateTimeOffset signedAt, Func<T> made, Func<T, string, T> withCountry, Edit<T> change)
        where T : class
    {
        var outcome = ReportOutcome.Applied;
        var note = register.Note(
            ChangeSource.Webhook, report.Vendor ?? "a verification vendor", $"event {report.Id}{(report.Revoked ? ": the verification was revoked" : "")}");
        var occurredMs = (report.OccurredAt ?? signedAt).ToUnixTimeMilliseconds();
        // A signature's time is whole seconds: nothing of the same second is later than it.
        var latestMs = report.OccurredAt is null ? occurredMs + 999 : occurredMs;
        change(id, stored =>
        {
            var found = stored ?? new Recorded<T>(made());
            var level = report.Level ?? VerificationLevel.None;
            var held = kind.Level(found.Value) ?? VerificationLevel.None;
            outcome = latestMs < found.EventMs || latestMs < found.StatedMs || latestMs < LastSetMs(kind, id) ? ReportOutcome.Superseded
                : report.Expires <= note.At && !report.Revoked ? ReportOutcome.Expired
                : level < held && !report.Revoked ? ReportOutcome.NotRaised
                : ReportOutcome.Applied;
            return outcome == ReportOutcome.Applied ? Applied(kind, found, report, level, occurredMs, withCountry) : stored;
        }, note, () => new SeenEvent(report.Id, sha256, note.At.ToUnixTimeMilliseconds(), outcome.ToString()));
        return outcome;
    }

    static Recorded<T> Applied<T>(
        RecordKind<T> kind, Recorded<T> found, VerificationEvent report, VerificationLevel level, long occurredMs, Func<T, string, T> withCountry)
        where T : class
    {
        // What a revoked verification leaves is never more than was held.
        var held = kind.Level(found.Value) ?? VerificationLevel.None;
        var value = kind.WithLevel(found.Value, report.Revoked && level > held ? held : level);
        var ends = report is { Expires: { } end, Revoked: false } ? end.ToUnixTimeMilliseconds() : (long?)null;
        return found with
        {
            Value = report.VerifiedCountry is { } country ? withCountry(value, country.ToUpperInvariant()) : value,
            EventMs = occurredMs,
            LevelUntilMs = ends,
            // A verification renewed before it ran out falls back, in the end, to what was there before the first one.
            LevelAfter = ends is null ? null : found.LevelUntilMs is null ? kind.Level(found.Value) : found.LevelAfter,
        };
    }

    // The last time an operator, not a vendor, set the level.
    long LastSetMs<T>(RecordKind<T> kind, string id)
        where T : class => register.Store.History(kind, id, 1000)
            .FirstOrDefault(change => change is { What: RecordKinds.Verification, Source: ChangeSource.Api or ChangeSource.Import })?.At.ToUnixTimeMilliseconds() ?? 0;

    static AccountRecord WithCountry(AccountRecord record, string country) => record with { VerifiedCountry = country };

    static OrganizationRecord WithCountry(OrganizationRecord record, string country) => record with { Country = country };
}
