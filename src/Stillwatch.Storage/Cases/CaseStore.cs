using System.Text.Json;
using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Cases;

/// <summary>The log of cases on disk and the picture that follows from it. A change that has returned survives a killed process and a power loss. Thread-safe.</summary>
/// <remarks>The file itself refuses to change or delete an entry. The picture is swapped whole, so readers need no lock.</remarks>
public sealed class CaseStore : IDisposable
{
    static readonly SqliteLayout Layout = new("cases", 1, """
        CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            time_ms INTEGER NOT NULL,
            case_id TEXT,
            body TEXT NOT NULL
        );
        CREATE INDEX entries_of_case ON entries (case_id, sequence);
        CREATE TRIGGER entries_do_not_change BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry of the log of cases is never changed'); END;
        CREATE TRIGGER entries_do_not_go BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'an entry of the log of cases is never deleted'); END;
        """, IsDurable: true);

    const int EntriesPerPage = 256;

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time, and so does a change of the picture
    readonly SqliteConnection _connection;
    CasePicture _picture = CasePicture.Empty;

    CaseStore(SqliteConnection connection) => _connection = connection;

    /// <summary>What is held now.</summary>
    public CasePicture Picture => Volatile.Read(ref _picture);

    /// <summary>Called with each new picture, one after another, by whoever made the change.</summary>
    public event Action<CasePicture>? Changed;

    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, damaged, or cannot be opened.</exception>
    public static CaseStore Open(string path)
    {
        var store = new CaseStore(SqliteFile.Open(path, Layout));
        try
        {
            store._picture = store.Entries(after: 0, long.MaxValue, caseId: null).Aggregate(CasePicture.Empty, (picture, entry) => picture.With(entry.Entry));
            return store;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            store.Dispose();
            throw new StorageUnusableException($"{path} holds an entry that cannot be read: bring the file back from a backup. ({e.Message})", e);
        }
        catch (SqliteException e)
        {
            store.Dispose();
            throw SqliteFile.Unusable(path, "cannot be read", e);
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <summary>Decides on the picture as it is, writes what was decided in one transaction, all or none, and swaps the picture.</summary>
    /// <param name="decide">Pure; called once, while nobody else changes anything. Empty: nothing happens.</param>
    public CasePicture Change(Func<CasePicture, IReadOnlyList<CaseEntry>> decide)
    {
        lock (_lock)
        {
            var entries = decide(_picture);
            if (entries.Count == 0)
            {
                return _picture;
            }

            var picture = entries.Aggregate(_picture, (before, entry) => before.With(entry));
            Write(entries);
            Volatile.Write(ref _picture, picture);
            Changed?.Invoke(picture);
            return picture;
        }
    }

    /// <summary>Entries in the order they were written, a page at a time.</summary>
    /// <param name="after">Sequence number of the last entry that is known already.</param>
    public IReadOnlyList<(long Sequence, CaseEntry Entry)> Page(long after, int most, string? caseId = null)
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = $"SELECT sequence, body FROM entries WHERE sequence > $after {(caseId is null ? "" : "AND case_id = $case")} ORDER BY sequence LIMIT $most";
            command.Parameters.AddWithValue("$after", after);
            command.Parameters.AddWithValue("$case", caseId ?? "");
            command.Parameters.AddWithValue("$most", most);
            using var reader = command.ExecuteReader();
            var page = new List<(long, CaseEntry)>();
            while (reader.Read())
            {
                page.Add((reader.GetInt64(0), JsonSerializer.Deserialize(reader.GetString(1), CaseEntryJson.Default.CaseEntry)!));
            }

            return page;
        }
    }

    /// <summary>Actions, the oldest first.</summary>
    /// <param name="account">Only those that name this account; others of the same action are left out of it.</param>
    public IReadOnlyList<(long Sequence, ActionTaken Action)> Actions(string? caseId, string? account, long after, int most) =>
    [
        .. Entries(after, long.MaxValue, caseId)
            .Where(found => found.Entry is ActionTaken action && (account is null || action.Accounts.Contains(account)))
            .Take(most)
            .Select(found => (found.Sequence, (ActionTaken)found.Entry)),
    ];

    /// <summary>Every action that named an account, in whatever case, the oldest first; of each the account alone.</summary>
    /// <remarks>Reads the entries of the cases it ever was in, and of these only the ones that hold its name.</remarks>
    public IReadOnlyList<(long Sequence, ActionTaken Action)> ActionsOf(string account, int most)
    {
        var name = JsonSerializer.Serialize(account, CaseEntryJson.Default.String);
        lock (_lock)
        {
            var found = new List<(long, ActionTaken)>();
            var ofIt = _picture.Cases.Values.Where(one => one.Accounts.Contains(account) || one.Held.ContainsKey(account) || one.Restrictions.ContainsKey(account));
            foreach (var id in ofIt.Select(one => one.Id))
            {
                using var command = _connection.CreateCommand();
                command.CommandText = "SELECT sequence, body FROM entries WHERE case_id = $case AND instr(body, $name) > 0 ORDER BY sequence";
                command.Parameters.AddWithValue("$case", id);
                command.Parameters.AddWithValue("$name", name);
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    if (JsonSerializer.Deserialize(reader.GetString(1), CaseEntryJson.Default.CaseEntry) is ActionTaken action && action.Accounts.Contains(account))
                    {
                        found.Add((reader.GetInt64(0), action with { Accounts = [account] }));
                    }
                }
            }

            return [.. found.OrderBy(one => one.Item1).TakeLast(most)];
        }
    }

    /// <summary>What people, or the policy, decided on a case beside its actions, the oldest first.</summary>
    public IReadOnlyList<(long Sequence, CaseEntry Entry)> Decisions(string caseId, int most) =>
    [
        .. Entries(after: 0, long.MaxValue, caseId)
            .Where(found => found.Entry is ApprovalAsked or ApprovalEnded or CaseDecided or AccountsCleared or AccountRepaired or AppealAnswered)
            .Take(most),
    ];

    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    /// <summary>In pages, so that the lock is not held while somebody reads.</summary>
    IEnumerable<(long Sequence, CaseEntry Entry)> Entries(long after, long last, string? caseId)
    {
        while (after < last)
        {
            var page = Page(after, EntriesPerPage, caseId);
            foreach (var entry in page)
            {
                yield return entry;
            }

            after = page.Count < EntriesPerPage ? last : page[^1].Sequence;
        }
    }

    void Write(IReadOnlyList<CaseEntry> entries)
    {
        using var transaction = _connection.BeginTransaction();
        using var command = _connection.CreateCommand();
        command.CommandText = "INSERT INTO entries (time_ms, case_id, body) VALUES ($time, $case, $body)";
        foreach (var entry in entries)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$time", entry.At.ToUnixTimeMilliseconds());
            command.Parameters.AddWithValue("$case", (object?)entry.Case ?? DBNull.Value);
            command.Parameters.AddWithValue("$body", JsonSerializer.Serialize(entry, CaseEntryJson.Default.CaseEntry));
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }
}
