using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Exchanges;

/// <summary>The exchange log on disk: SQLite, one writer, any number of readers beside it in this process or another.</summary>
/// <remarks>
/// <para>Durability: a batch is one transaction. When <see cref="Append"/> has returned, the batch survives the process being killed at any
/// moment; a batch it was killed in is gone wholly. Losing power or a crash of the system may take the last batches (those since the last
/// checkpoint of the write-ahead log), never a part of one and never the file.</para>
/// <para>Thread-safe; writes take turns, each read has its own connection and sees whole batches only.</para>
/// </remarks>
public sealed class ExchangeLog : IDisposable
{
    const int DeletedPerTransaction = 2000;

    internal static readonly SqliteLayout Layout = new("exchanges", 1, """
        CREATE TABLE exchanges (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL,
            time_ms INTEGER NOT NULL,
            account TEXT NOT NULL,
            organization TEXT,
            key_id TEXT NOT NULL,
            model TEXT NOT NULL,
            upstream_model TEXT NOT NULL,
            api INTEGER NOT NULL,
            status INTEGER NOT NULL,
            "end" INTEGER NOT NULL,
            input INTEGER NOT NULL,
            cache_read INTEGER NOT NULL,
            cache_write INTEGER NOT NULL,
            output INTEGER NOT NULL,
            estimated INTEGER NOT NULL,
            latency_ms INTEGER NOT NULL,
            app TEXT,
            usage BLOB,
            sketch BLOB NOT NULL
        );
        CREATE INDEX exchanges_by_account ON exchanges (account, time_ms);
        CREATE INDEX exchanges_by_time ON exchanges (time_ms);
        """, IsDurable: false);

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;
    readonly ExchangeInsert _insert;

    ExchangeLog(SqliteConnection connection, string path, string detectionKeyId)
    {
        _connection = connection;
        Reader = new ExchangeLogReader(path, detectionKeyId);
        _insert = new ExchangeInsert(connection);
    }

    /// <summary>Reads beside the writer.</summary>
    public ExchangeLogReader Reader { get; }

    /// <param name="detectionKeyId">Names the key of the sketches; a log made with another one is refused, since the two cannot be compared.</param>
    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, made with another key, or cannot be opened.</exception>
    public static ExchangeLog Open(string path, string detectionKeyId)
    {
        var connection = SqliteFile.Open(path, Layout);
        try
        {
            connection.Bind(detectionKeyId, "detection.key");
            return new ExchangeLog(connection, path, detectionKeyId);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Writes a batch in its order: all of it or, when this throws, nothing of it.</summary>
    /// <returns>The row of its last exchange; those before it have the rows before.</returns>
    /// <exception cref="IOException">The disk is full, or refuses.</exception>
    public long Append(IReadOnlyList<StoredExchange> batch)
    {
        lock (_lock)
        {
            return Guarded(() =>
            {
                using var transaction = _connection.BeginTransaction();
                foreach (var exchange in batch)
                {
                    _insert.Run(exchange);
                }

                transaction.Commit();
                return _insert.LastRow;
            });
        }
    }

    /// <summary>Deletes what is older, in small transactions between which batches are written.</summary>
    /// <param name="beforeMs">Unix milliseconds; exchanges before it go.</param>
    /// <returns>How many went.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public long DeleteOlderThan(long beforeMs, CancellationToken cancellationToken)
    {
        for (long deleted = 0; ;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count;
            lock (_lock)
            {
                count = Guarded(() =>
                {
                    using var command = _connection.CreateCommand();
                    command.CommandText =
                        "DELETE FROM exchanges WHERE sequence IN (SELECT sequence FROM exchanges WHERE time_ms < $before ORDER BY time_ms LIMIT $most)";
                    command.Parameters.AddWithValue("$before", beforeMs);
                    command.Parameters.AddWithValue("$most", DeletedPerTransaction);
                    return command.ExecuteNonQuery();
                });
            }

            deleted += count;
            if (count < DeletedPerTransaction)
            {
                return deleted;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _insert.Dispose();
            _connection.Dispose();
        }
    }

    T Guarded<T>(Func<T> use)
    {
        try
        {
            return use();
        }
        catch (SqliteException e)
        {
            throw new IOException($"{_connection.DataSource} cannot be written: {e.Message}", e);
        }
    }
}
