using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Ownership;

/// <summary>
/// Who made which batch and which file. A change that has returned survives a killed process and a power loss. Thread-safe.
/// </summary>
/// <remarks>
/// Without a row here nobody gets at a thing, whatever the upstream says: losing this file hides things, it never shows them to others.
/// </remarks>
public sealed class OwnershipStore : IDisposable
{
    static readonly SqliteLayout Layout = new("ownership", 1, """
        CREATE TABLE items (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            kind INTEGER NOT NULL,
            id TEXT NOT NULL,
            account TEXT NOT NULL,
            key_id TEXT NOT NULL,
            origin TEXT NOT NULL,
            upstream TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            models TEXT,
            settled_lines INTEGER NOT NULL DEFAULT 0,
            UNIQUE (kind, id)
        );
        CREATE INDEX items_of_account ON items (kind, account, sequence);
        CREATE INDEX items_by_age ON items (kind, created_ms);
        """, IsDurable: true);

    const string Columns = "kind, id, account, key_id, origin, upstream, created_ms, models, settled_lines, sequence";

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;

    OwnershipStore(SqliteConnection connection) => _connection = connection;

    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, or cannot be opened.</exception>
    public static OwnershipStore Open(string path) => new(SqliteFile.Open(path, Layout));

    /// <summary>Keeps a new thing, and forgets those of its kind that were made before <paramref name="pruneBeforeMs"/>.</summary>
    /// <returns>
    /// False when another upstream has issued the same id: it is that one's. An upstream that issues its own id again has lost the old
    /// thing, so the new maker owns it.
    /// </returns>
    public bool TryAdd(OwnedItem item, long pruneBeforeMs)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            using var command = _connection.CreateCommand();
            command.CommandText = "DELETE FROM items WHERE kind = $kind AND (created_ms < $before OR (id = $id AND upstream = $upstream))";
            command.Parameters.AddWithValue("$kind", (int)item.Kind);
            command.Parameters.AddWithValue("$before", pruneBeforeMs);
            command.Parameters.AddWithValue("$id", item.Id);
            command.Parameters.AddWithValue("$upstream", item.Upstream);
            command.ExecuteNonQuery();
            command.CommandText = """
                INSERT INTO items (kind, id, account, key_id, origin, upstream, created_ms, models)
                VALUES ($kind, $id, $account, $key, $origin, $upstream, $created, $models) ON CONFLICT DO NOTHING
                """;
            command.Parameters.AddWithValue("$account", item.Account);
            command.Parameters.AddWithValue("$key", item.KeyId);
            command.Parameters.AddWithValue("$origin", item.Origin);
            command.Parameters.AddWithValue("$created", item.CreatedMs);
            command.Parameters.AddWithValue("$models", (object?)item.Models ?? DBNull.Value);
            var isNew = command.ExecuteNonQuery() == 1;
            transaction.Commit();
            return isNew;
        }
    }

    /// <summary>Null when there is no such thing, or it is another account's: nobody can tell the two apart.</summary>
    public OwnedItem? Find(OwnedKind kind, string id, string account) =>
        Select("AND id = $id", kind, account, ("$id", id)) is [var item] ? item : null;

    /// <summary>
    /// An account's things, the newest first: those older than <paramref name="before"/>, as many as <paramref name="most"/>.
    /// </summary>
    public IReadOnlyList<OwnedItem> Older(OwnedKind kind, string account, long before, int most) =>
        Select("AND sequence < $before ORDER BY sequence DESC LIMIT $most", kind, account, ("$before", before), ("$most", most));

    /// <summary>Those just newer than <paramref name="after"/>, the oldest first.</summary>
    public IReadOnlyList<OwnedItem> Newer(OwnedKind kind, string account, long after, int most) =>
        Select("AND sequence > $after ORDER BY sequence LIMIT $most", kind, account, ("$after", after), ("$most", most));

    public long Count(OwnedKind kind, string account)
    {
        lock (_lock)
        {
            using var command = Command("SELECT count(*) FROM items WHERE kind = $kind AND account = $account", kind, account);
            return (long)command.ExecuteScalar()!;
        }
    }

    public void Remove(OwnedItem item) => Change("DELETE FROM items WHERE sequence = $sequence", item, 0);

    /// <summary>Notes how many lines of a batch's results are counted; never fewer than before.</summary>
    public void Settle(OwnedItem batch, long lines) =>
        Change("UPDATE items SET settled_lines = max(settled_lines, $lines) WHERE sequence = $sequence", batch, lines);

    void Change(string sql, OwnedItem item, long lines)
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText = sql;
            command.Parameters.AddWithValue("$sequence", item.Sequence);
            command.Parameters.AddWithValue("$lines", lines);
            command.ExecuteNonQuery();
        }
    }

    List<OwnedItem> Select(string which, OwnedKind kind, string account, params ReadOnlySpan<(string Name, object Value)> values)
    {
        lock (_lock)
        {
            using var command = Command($"SELECT {Columns} FROM items WHERE kind = $kind AND account = $account {which}", kind, account);
            foreach (var (name, value) in values)
            {
                command.Parameters.AddWithValue(name, value);
            }

            using var reader = command.ExecuteReader();
            var items = new List<OwnedItem>();
            while (reader.Read())
            {
                items.Add(Read(reader));
            }

            return items;
        }
    }

    SqliteCommand Command(string sql, OwnedKind kind, string account)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        command.Parameters.AddWithValue("$kind", (int)kind);
        command.Parameters.AddWithValue("$account", account);
        return command;
    }

    static OwnedItem Read(SqliteDataReader reader) => new()
    {
        Kind = (OwnedKind)reader.GetInt32(0),
        Id = reader.GetString(1),
        Account = reader.GetString(2),
        KeyId = reader.GetString(3),
        Origin = reader.GetString(4),
        Upstream = reader.GetString(5),
        CreatedMs = reader.GetInt64(6),
        Models = reader.IsDBNull(7) ? null : reader.GetString(7),
        SettledLines = reader.GetInt64(8),
        Sequence = reader.GetInt64(9),
    };

    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }
}
