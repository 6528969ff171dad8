using Microsoft.Data.Sqlite;

namespace Stillwatch.Storage.Sqlite;

/// <summary>What a SQLite file of ours is: its kind, the version of its tables, and how they are made.</summary>
/// <param name="IsDurable">Every commit is on the disk before it returns; otherwise losing power may take the last ones.</param>
sealed record SqliteLayout(string Kind, int Version, string Tables, bool IsDurable);

/// <summary>Opens a SQLite file of ours: write-ahead log, readers beside one writer, nobody but the owner may read it.</summary>
/// <remarks>Each file says in its table <c>layout</c> what it is and in which version, so that an old program refuses a newer file instead of guessing.</remarks>
static class SqliteFile
{
    /// <summary>How long a statement waits for another process's lock.</summary>
    const int BusySeconds = 5;

    /// <exception cref="StorageUnusableException">It is not this kind of file, is newer than we are, or cannot be opened.</exception>
    public static SqliteConnection Open(string path, SqliteLayout layout) => Guarded(path, () =>
    {
        new FileStream(path, SecretFile.OwnedBy(FileMode.OpenOrCreate, FileAccess.Write)).Dispose(); // SQLite gives its -wal and -shm the same mode
        return Prepared(path, SqliteOpenMode.ReadWrite, connection =>
        {
            connection.Run($"PRAGMA journal_mode = WAL; PRAGMA synchronous = {(layout.IsDurable ? "FULL" : "NORMAL")};");
            using var transaction = connection.BeginTransaction();
            if (connection.Number("SELECT count(*) FROM sqlite_master") == 0)
            {
                connection.Run(layout.Tables);
                connection.Run("CREATE TABLE layout (kind TEXT NOT NULL, version INTEGER NOT NULL, key_id TEXT);");
                connection.Run($"INSERT INTO layout VALUES ('{layout.Kind}', {layout.Version}, NULL);");
            }

            Check(connection, path, layout);
            transaction.Commit();
        });
    });

    /// <summary>For a process beside the writer.</summary>
    /// <exception cref="StorageUnusableException">It does not exist, is not this kind of file, is newer than we are, or cannot be opened.</exception>
    public static SqliteConnection OpenToRead(string path, SqliteLayout layout) => !File.Exists(path)
        ? throw new StorageUnusableException($"There is no {path}: no server has written to this data directory yet.")
        : Guarded(path, () => Prepared(path, SqliteOpenMode.ReadOnly, connection => Check(connection, path, layout)));

    /// <summary>Binds the file to the secret it is useless without. The first to come decides; another one is refused.</summary>
    /// <param name="keyId">Names the secret, says nothing of it.</param>
    /// <exception cref="StorageUnusableException">The file was made with another secret.</exception>
    public static void Bind(this SqliteConnection connection, string keyId, string secretName)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "UPDATE layout SET key_id = coalesce(key_id, $id) RETURNING key_id";
        command.Parameters.AddWithValue("$id", keyId);
        CheckKey(connection.DataSource, (string)command.ExecuteScalar()!, keyId, secretName);
    }

    /// <summary>The same for a reader, who decides nothing.</summary>
    public static void CheckBound(this SqliteConnection connection, string keyId, string secretName)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT key_id FROM layout";
        CheckKey(connection.DataSource, command.ExecuteScalar() as string ?? keyId, keyId, secretName);
    }

    public static void Run(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    public static long Number(this SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }

    /// <summary>What SQLite refuses, in words: it names the error, never the file, and no cure.</summary>
    /// <param name="what">Could not be done: <c>cannot be opened</c>.</param>
    public static StorageUnusableException Unusable(string path, string what, SqliteException e)
    {
        const int Corrupt = 11; // https://sqlite.org/rescode.html
        const int NoDatabase = 26;
        return new StorageUnusableException(
            e.SqliteErrorCode is Corrupt or NoDatabase
                ? $"{path} {what}: it is damaged, or no database. Bring it back from a backup, or move it away, with {Path.GetFileName(path)}-wal and -shm beside it, to start anew without what it held."
                : $"{path} {what}: {e.Message}",
            e);
    }

    static void CheckKey(string path, string boundTo, string keyId, string secretName)
    {
        if (boundTo != keyId)
        {
            throw new StorageUnusableException(
                $"{path} was made with {secretName} {boundTo}, and the {secretName} beside it is {keyId}: bring the old {secretName} back, or move {path} away to start anew.");
        }
    }

    static void Check(SqliteConnection connection, string path, SqliteLayout layout)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*) FROM sqlite_master WHERE name = 'layout'";
        if ((long)command.ExecuteScalar()! == 0)
        {
            throw new StorageUnusableException($"{path} is no file of Stillwatch: move it away, or name another directory with --data.");
        }

        command.CommandText = "SELECT kind, version FROM layout";
        using var reader = command.ExecuteReader();
        reader.Read();
        var (kind, version) = (reader.GetString(0), reader.GetInt32(1));
        if (kind != layout.Kind)
        {
            throw new StorageUnusableException($"{path} holds {kind}, where {layout.Kind} are expected: files were mixed up.");
        }

        if (version != layout.Version)
        {
            throw new StorageUnusableException(
                $"{path} has schema version {version}, this stillwatch reads version {layout.Version}: run the newer stillwatch, or bring back the file from before the upgrade.");
        }
    }

    static SqliteConnection Prepared(string path, SqliteOpenMode mode, Action<SqliteConnection> prepare)
    {
        var text = new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = BusySeconds };
        var connection = new SqliteConnection(text.ToString());
        try
        {
            connection.Open();
            prepare(connection);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    static SqliteConnection Guarded(string path, Func<SqliteConnection> open)
    {
        try
        {
            return open();
        }
        catch (SqliteException e)
        {
            throw Unusable(path, "cannot be opened", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException || (e is IOException and not StorageUnusableException))
        {
            throw new StorageUnusableException($"{path} cannot be opened: {e.Message}", e);
        }
    }
}
