using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Access.Standings;

/// <summary>The one way by which records change: first the disk, then the standings in memory, in one order. Thread-safe.</summary>
sealed class AccountRegister
{
    readonly Lock _changing = new();
    readonly TimeProvider _time;

    /// <summary>Reads every record of the store.</summary>
    public AccountRegister(AccountStore store, StandingBook standings, TimeProvider time)
    {
        (Store, Standings, _time) = (store, standings, time);
        foreach (var organization in store.All(RecordKinds.Organization))
        {
            standings.Set(organization);
        }

        foreach (var account in store.All(RecordKinds.Account))
        {
            standings.Set(account);
        }
    }

    public AccountStore Store { get; }

    public StandingBook Standings { get; }

    public ChangeNote Note(ChangeSource source, string by, string reason) => new(source, by, reason, _time.GetUtcNow());

    /// <summary>Edits one account; see <see cref="AccountStore.Change"/>.</summary>
    public Recorded<AccountRecord>? Change(
        string account, Func<Recorded<AccountRecord>?, Recorded<AccountRecord>?> edit, ChangeNote note, Func<SeenEvent>? seen = null) =>
        Change(RecordKinds.Account, account, edit, note, seen, Standings.Set);

    /// <summary>Edits one organization.</summary>
    public Recorded<OrganizationRecord>? Change(
        string organization, Func<Recorded<OrganizationRecord>?, Recorded<OrganizationRecord>?> edit, ChangeNote note, Func<SeenEvent>? seen = null) =>
        Change(RecordKinds.Organization, organization, edit, note, seen, Standings.Set);

    /// <summary>Takes in checked records that are stated now.</summary>
    public ImportTally Import(IReadOnlyList<AccountRecord> accounts, IReadOnlyList<OrganizationRecord> organizations, ChangeNote note)
    {
        lock (_changing)
        {
            return Store.ImportStated(RecordKinds.Organization, organizations, note, Standings.Set)
                + Store.ImportStated(RecordKinds.Account, accounts, note, Standings.Set);
        }
    }

    /// <summary>Takes in the checked records of a file of the configuration.</summary>
    public ImportTally ImportFile<T>(RecordKind<T> kind, IReadOnlyList<T> records, ImportedFile file, ChangeNote note, Action<T> set)
        where T : class
    {
        lock (_changing)
        {
            var tally = Store.ImportFile(kind, records, file.FileTime, note, set);
            Store.SetLastImport(kind, file);
            return tally;
        }
    }

    /// <summary>
    /// Takes back levels whose time is over: each falls to what the account or organization had without that verification.
    /// </summary>
    /// <returns>How many.</returns>
    public int ExpireLevels() => Expire(RecordKinds.Account, Standings.Set) + Expire(RecordKinds.Organization, Standings.Set);

    int Expire<T>(RecordKind<T> kind, Action<T> set)
        where T : class
    {
        var note = Note(ChangeSource.Expiry, "stillwatch", "the verification ran out");
        var nowMs = note.At.ToUnixTimeMilliseconds();
        var expired = Store.Expired(kind, nowMs);
        foreach (var id in expired)
        {
            // Looked at again under the lock: it may have been renewed since.
            Change(kind, id, found => found?.LevelUntilMs <= nowMs
                ? found with { Value = kind.WithLevel(found.Value, found.LevelAfter), LevelUntilMs = null, LevelAfter = null }
                : found, note, null, set);
        }

        return expired.Count;
    }

    Recorded<T>? Change<T>(
        RecordKind<T> kind, string id, Func<Recorded<T>?, Recorded<T>?> edit, ChangeNote note, Func<SeenEvent>? seen, Action<T> set)
        where T : class
    {
        lock (_changing)
        {
            Recorded<T>? before = null;
            var after = Store.Change(kind, id, found => edit(before = found), note, seen);
            if (after is not null && !ReferenceEquals(after, before))
            {
                set(after.Value);
            }

            return after;
        }
    }
}
