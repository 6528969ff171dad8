using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Stillwatch.Storage.Exchanges;

/// <summary>The one statement that runs for every exchange, straight on SQLite's own functions.</summary>
/// <remarks>The command of Microsoft.Data.Sqlite boxes every number and makes a reader for every row, which cost as much as the row itself. Not thread-safe.</remarks>
sealed class ExchangeInsert : IDisposable
{
    const int Columns = 19; // without the sequence, which SQLite gives
    const int ShortTextBytes = 256;

    readonly sqlite3 _connection;
    readonly sqlite3_stmt _statement;

    /// <exception cref="SqliteException">The table is not there.</exception>
    public ExchangeInsert(SqliteConnection connection)
    {
        _connection = connection.Handle!;
        var sql = $"INSERT INTO exchanges VALUES (NULL{string.Concat(Enumerable.Repeat(", ?", Columns))})";
        Check(raw.sqlite3_prepare_v3(_connection, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>The sequence SQLite gave the newest row.</summary>
    public long LastRow => raw.sqlite3_last_insert_rowid(_connection);

    /// <summary>Inserts a row into the transaction that is open.</summary>
    /// <exception cref="SqliteException">The disk is full, or refuses.</exception>
    public void Run(StoredExchange exchange)
    {
        // In the order of the table's columns.
        var at = 0;
        Text(++at, exchange.Id);
        Number(++at, exchange.TimeMs);
        Text(++at, exchange.Account);
        Text(++at, exchange.Organization);
        Text(++at, exchange.KeyId);
        Text(++at, exchange.Model);
        Text(++at, exchange.UpstreamModel);
        Number(++at, exchange.Api);
        Number(++at, exchange.Status);
        Number(++at, exchange.End);
        Number(++at, exchange.InputTokens);
        Number(++at, exchange.CacheReadTokens);
        Number(++at, exchange.CacheWriteTokens);
        Number(++at, exchange.OutputTokens);
        Number(++at, exchange.IsEstimated ? 1 : 0);
        Number(++at, exchange.LatencyMs);
        Text(++at, exchange.App);
        Bytes(++at, exchange.Usage);
        Bytes(++at, exchange.Sketch);
        try
        {
            Check(raw.sqlite3_step(_statement));
        }
        finally
        {
            raw.sqlite3_reset(_statement); // says what went wrong once more
        }
    }

    public void Dispose() => _statement.Dispose();

    void Number(int at, long value) => Check(raw.sqlite3_bind_int64(_statement, at, value));

    void Text(int at, string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            // An empty span is a null pointer, which is a null.
            Check(value is null ? raw.sqlite3_bind_null(_statement, at) : raw.sqlite3_bind_text(_statement, at, ""));
            return;
        }

        Span<byte> bytes = stackalloc byte[ShortTextBytes];
        var text = Encoding.UTF8.TryGetBytes(value, bytes, out var length) ? bytes[..length] : Encoding.UTF8.GetBytes(value);
        Check(raw.sqlite3_bind_text(_statement, at, text));
    }

    void Bytes(int at, byte[]? value) => Check(
        value is null ? raw.sqlite3_bind_null(_statement, at)
        : value.Length == 0 ? raw.sqlite3_bind_zeroblob(_statement, at, 0)
        : raw.sqlite3_bind_blob(_statement, at, value));

    void Check(int code)
    {
        if (code is not (raw.SQLITE_OK or raw.SQLITE_DONE))
        {
            SqliteException.ThrowExceptionForRC(code, _connection);
        }
    }
}
