using Microsoft.Data.Sqlite;
using SQLitePCL;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Accounts;

/// <summary>
/// Accounts and organizations on disk, and what was ever changed of them. Nothing is deleted. A change that has returned survives a
/// killed process and a power loss. Thread-safe.
/// </summary>
public sealed partial class AccountStore : IDisposable
{
    /// <summary>Records of an import in one transaction.</summary>
    const int ImportBatch = 10_000;

    static readonly SqliteLayout Layout = new("accounts", 1, """
        CREATE TABLE records (
            kind INTEGER NOT NULL,
            id TEXT NOT NULL,
            json TEXT NOT NULL,
            organization TEXT,
            level INTEGER,
            status TEXT,
            programme TEXT,
            stated_ms INTEGER NOT NULL,
            event_ms INTEGER NOT NULL,
            level_until_ms INTEGER,
            level_after INTEGER,
            PRIMARY KEY (kind, id)
        ) WITHOUT ROWID;
        CREATE INDEX records_by_organization ON records (kind, organization, id) WHERE organization IS NOT NULL;
        CREATE INDEX records_by_level ON records (kind, level, id);
        CREATE INDEX records_by_programme ON records (kind, programme, id) WHERE programme IS NOT NULL;
        CREATE INDEX records_by_end ON records (level_until_ms) WHERE level_until_ms IS NOT NULL;
        CREATE TABLE changes (
            sequence INTEGER PRIMARY KEY,
            kind INTEGER NOT NULL,
            id TEXT NOT NULL,
            at_ms INTEGER NOT NULL,
            what TEXT NOT NULL,
            was TEXT,
            became TEXT,
            by TEXT NOT NULL,
            source INTEGER NOT NULL,
            reason TEXT NOT NULL
        );
        CREATE INDEX changes_by_record ON changes (kind, id);
        CREATE TRIGGER changes_are_kept BEFORE DELETE ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
        CREATE TRIGGER changes_stay BEFORE UPDATE ON changes BEGIN SELECT RAISE(ABORT, 'the history is append-only'); END;
        CREATE TABLE events (id TEXT PRIMARY KEY, sha256 BLOB NOT NULL, at_ms INTEGER NOT NULL, outcome TEXT NOT NULL) WITHOUT ROWID;
        CREATE INDEX events_by_time ON events (at_ms);
        CREATE TABLE imports (kind INTEGER PRIMARY KEY, sha256 BLOB NOT NULL, file_ms INTEGER NOT NULL);
        """, IsDurable: true);

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;
    readonly RecordRows _rows;

    AccountStore(SqliteConnection connection) => (_connection, _rows) = (connection, new RecordRows(connection));

    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, or cannot be opened.</exception>
    public static AccountStore Open(string path) => new(SqliteFile.Open(path, Layout));

    /// <summary>For a process beside the one that writes; changes nothing.</summary>
    /// <exception cref="StorageUnusableException">It does not exist, is another's, or cannot be opened.</exception>
    public static AccountStore OpenToRead(string path) => new(SqliteFile.OpenToRead(path, Layout));

    /// <summary>Null when there is no such record.</summary>
    public Recorded<T>? Find<T>(RecordKind<T> kind, string id)
        where T : class
    {
        lock (_lock)
        {
            return _rows.Find(kind, id);
        }
    }

    /// <summary>Every record, by id.</summary>
    public IReadOnlyList<T> All<T>(RecordKind<T> kind)
        where T : class
    {
        lock (_lock)
        {
            return [.. _rows.Select(kind, "ORDER BY id", []).Select(row => row.Value)];
        }
    }

    /// <summary>A page of organizations, by id.</summary>
    public IReadOnlyList<Recorded<OrganizationRecord>> Organizations(string? after, int limit)
    {
        lock (_lock)
        {
            return [.. _rows.Select(RecordKinds.Organization, "AND id > $after ORDER BY id LIMIT $limit", [("$after", after ?? ""), ("$limit", limit)])];
        }
    }

    /// <summary>A page of accounts, by id.</summary>
    public IReadOnlyList<Recorded<AccountRecord>> Accounts(AccountQuery query)
    {
        var which = "AND id > $after";
        var values = new List<(string, object)> { ("$after", query.After ?? ""), ("$limit", query.Limit) };
        foreach (var (column, value) in (ReadOnlySpan<(string, string?)>)[("status", query.Status), ("programme", query.Programme), ("organization", query.Organization)])
        {
            if (value is not null)
            {
                which += $" AND {column} = ${column}";
                values.Add(($"${column}", value));
            }
        }

        if (query.Level is { } level)
        {
            which += level == VerificationLevel.None ? " AND (level = $level OR level IS NULL)" : " AND level = $level";
            values.Add(("$level", (int)level));
        }

        lock (_lock)
        {
            return [.. _rows.Select(RecordKinds.Account, $"{which} ORDER BY id LIMIT $limit", values)];
        }
    }

    /// <summary>Reads, edits and writes one record, its history and the event that caused it: all or nothing.</summary>
    /// <param name="edit">Gets what is there, null for nothing; returning the same object changes nothing.</param>
    /// <param name="seen">An event to remember, whether it changed something or not.</param>
    /// <returns>The record as it now is; null when there is none and the edit made none.</returns>
    public Recorded<T>? Change<T>(RecordKind<T> kind, string id, Func<Recorded<T>?, Recorded<T>?> edit, ChangeNote note, Func<SeenEvent>? seen = null)
        where T : class
    {
        lock (_lock)
        {
            return Whole(() =>
            {
                var before = _rows.Find(kind, id);
                var after = edit(before);
                if (after is not null && !ReferenceEquals(after, before))
                {
                    _rows.Write(kind, after);
                    _rows.Note(kind, before, after, note);
                }

                if (seen is not null)
                {
                    Remember(seen());
                }

                return after;
            });
        }
    }

    /// <summary>The newest changes of a record, newest first.</summary>
    public IReadOnlyList<RecordChange> History<T>(RecordKind<T> kind, string id, int limit)
        where T : class
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText =
                "SELECT at_ms, what, was, became, by, source, reason FROM changes WHERE kind = $kind AND id = $id ORDER BY sequence DESC LIMIT $limit";
            command.Parameters.AddWithValue("$kind", kind.Number);
            command.Parameters.AddWithValue("$id", id);
            command.Parameters.AddWithValue("$limit", limit);
            using var reader = command.ExecuteReader();
            var changes = new List<RecordChange>();
            while (reader.Read())
            {
                changes.Add(new RecordChange(
                    DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(0)), reader.GetString(1), reader.IsDBNull(2) ? null : reader.GetString(2),
                    reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetString(4), (ChangeSource)reader.GetInt32(5), reader.GetString(6)));
            }

            return changes;
        }
    }

    /// <summary>Ids whose level has run out.</summary>
    public IReadOnlyList<string> Expired<T>(RecordKind<T> kind, long nowMs)
        where T : class
    {
        lock (_lock)
        {
            return [.. _rows.Select(kind, "AND level_until_ms <= $now ORDER BY id", [("$now", nowMs)]).Select(row => kind.Id(row.Value))];
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _rows.Dispose();
            _connection.Dispose();
        }
    }

    /// <summary>All of it, or nothing. Not a transaction object, which every prepared statement would have to be given.</summary>
    T Whole<T>(Func<T> act)
    {
        _connection.Run("BEGIN IMMEDIATE");
        try
        {
            var result = act();
            _connection.Run("COMMIT");
            return result;
        }
        catch
        {
            if (raw.sqlite3_get_autocommit(_connection.Handle) == 0) // a full disk has rolled back by itself
            {
                _connection.Run("ROLLBACK");
            }

            throw;
        }
    }
}
