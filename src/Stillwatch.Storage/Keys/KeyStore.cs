using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Keys;

/// <summary>Issued keys on disk. A change that has returned survives a killed process and a power loss. Thread-safe.</summary>
public sealed class KeyStore : IDisposable
{
    static readonly SqliteLayout Layout = new("keys", 1, """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY,
            mac BLOB NOT NULL,
            account TEXT NOT NULL,
            organization TEXT,
            name TEXT,
            scopes TEXT NOT NULL,
            created_ms INTEGER NOT NULL,
            expires_ms INTEGER,
            revoked_ms INTEGER,
            replaced_by TEXT
        ) WITHOUT ROWID;
        """, IsDurable: true);

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;

    KeyStore(SqliteConnection connection) => _connection = connection;

    /// <param name="pepperId">Names the pepper the keys were made with, so that a lost one is said at start instead of as 401 to everybody.</param>
    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, bound to another pepper, or cannot be opened.</exception>
    public static KeyStore Open(string path, string pepperId)
    {
        var connection = SqliteFile.Open(path, Layout);
        try
        {
            connection.Bind(pepperId, "key.pepper");
            return new KeyStore(connection);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Every key ever made, oldest first.</summary>
    public IReadOnlyList<StoredKey> All() => Select("ORDER BY created_ms, id", null);

    /// <summary>Null when there is no such key.</summary>
    public StoredKey? Find(string id) => Select("WHERE id = $value", id) is [var key] ? key : null;

    /// <summary>Every key of an account, oldest first.</summary>
    public IReadOnlyList<StoredKey> Of(string account) => Select("WHERE account = $value ORDER BY created_ms, id", account);

    IReadOnlyList<StoredKey> Select(string which, string? value)
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText =
                $"SELECT id, mac, account, organization, name, scopes, created_ms, expires_ms, revoked_ms, replaced_by FROM keys {which}";
            command.Parameters.AddWithValue("$value", value ?? "");
            using var reader = command.ExecuteReader();
            var keys = new List<StoredKey>();
            while (reader.Read())
            {
                keys.Add(Read(reader));
            }

            return keys;
        }
    }

    /// <summary>Writes keys, new or changed, in one transaction: all or none.</summary>
    public void Write(IReadOnlyList<StoredKey> keys)
    {
        lock (_lock)
        {
            using var transaction = _connection.BeginTransaction();
            using var command = _connection.CreateCommand();
            // Of an existing key only its end may change: never whose it is, nor its secret.
            command.CommandText = """
                INSERT INTO keys VALUES ($id, $mac, $account, $organization, $name, $scopes, $created, $expires, $revoked, $replaced)
                ON CONFLICT (id) DO UPDATE SET expires_ms = $expires, revoked_ms = $revoked, replaced_by = $replaced
                WHERE mac = $mac AND account = $account
                """;
            foreach (var key in keys)
            {
                Bind(command, key);
                if (command.ExecuteNonQuery() != 1)
                {
                    throw new InvalidOperationException($"Key {key.Id} exists with another secret or account.");
                }
            }

            transaction.Commit();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    static void Bind(SqliteCommand command, StoredKey key)
    {
        command.Parameters.Clear();
        command.Parameters.AddWithValue("$id", key.Id);
        command.Parameters.AddWithValue("$mac", key.Mac.ToArray());
        command.Parameters.AddWithValue("$account", key.Account);
        command.Parameters.AddWithValue("$organization", (object?)key.Organization ?? DBNull.Value);
        command.Parameters.AddWithValue("$name", (object?)key.Name ?? DBNull.Value);
        command.Parameters.AddWithValue("$scopes", key.Scopes);
        command.Parameters.AddWithValue("$created", key.CreatedMs);
        command.Parameters.AddWithValue("$expires", (object?)key.ExpiresMs ?? DBNull.Value);
        command.Parameters.AddWithValue("$revoked", (object?)key.RevokedMs ?? DBNull.Value);
        command.Parameters.AddWithValue("$replaced", (object?)key.ReplacedBy ?? DBNull.Value);
    }

    static StoredKey Read(SqliteDataReader reader) => new()
    {
        Id = reader.GetString(0),
        Mac = reader.GetFieldValue<byte[]>(1),
        Account = reader.GetString(2),
        Organization = reader.IsDBNull(3) ? null : reader.GetString(3),
        Name = reader.IsDBNull(4) ? null : reader.GetString(4),
        Scopes = reader.GetString(5),
        CreatedMs = reader.GetInt64(6),
        ExpiresMs = reader.IsDBNull(7) ? null : reader.GetInt64(7),
        RevokedMs = reader.IsDBNull(8) ? null : reader.GetInt64(8),
        ReplacedBy = reader.IsDBNull(9) ? null : reader.GetString(9),
    };
}
