using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Spend;

/// <summary>Money spent, by budget and period, on disk. A write that has returned survives a killed process and a power loss.
/// Thread-safe.</summary>
public sealed class SpendStore : IDisposable
{
    static readonly SqliteLayout Layout = new("spend", 1, """
        CREATE TABLE spend (
            rule TEXT NOT NULL,
            scope INTEGER NOT NULL,
            period INTEGER NOT NULL,
            subject TEXT NOT NULL,
            is_per_model INTEGER NOT NULL,
            model TEXT NOT NULL,
            until_ms INTEGER NOT NULL,
            nano_usd INTEGER NOT NULL,
            PRIMARY KEY (rule, scope, period, subject, is_per_model, model, until_ms)
        ) WITHOUT ROWID;
        CREATE INDEX spend_by_end ON spend (until_ms);
        """, IsDurable: true);

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;

    SpendStore(SqliteConnection connection) => _connection = connection;

    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, or cannot be opened.</exception>
    public static SpendStore Open(string path) => new(SqliteFile.Open(path, Layout));

    /// <summary>Every budget whose period had not ended at <paramref name="nowMs"/>.</summary>
    public IReadOnlyList<StoredSpend> Load(long nowMs)
    {
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            command.CommandText =
                "SELECT rule, scope, period, subject, is_per_model, model, until_ms, nano_usd FROM spend WHERE until_ms > $now";
            command.Parameters.AddWithValue("$now", nowMs);
            using var reader = command.ExecuteReader();
            var spends = new List<StoredSpend>();
            while (reader.Read())
            {
                spends.Add(new StoredSpend(
                    reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3),
                    reader.GetInt32(4) == 0 ? null : reader.GetString(5), reader.GetInt64(6), reader.GetInt64(7)));
            }

            return spends;
        }
    }

    /// <summary>Writes what budgets have spent, over what was written of them before, in one transaction: all or none.</summary>
    /// <param name="error">Why nothing was written: a full or broken disk, another process's lock. It may work later.</param>
    public bool TryWrite(IReadOnlyList<StoredSpend> spends, [NotNullWhen(false)] out string? error) => Try(() =>
    {
        using var transaction = _connection.BeginTransaction();
        using var command = _connection.CreateCommand();
        command.CommandText = """
            INSERT INTO spend VALUES ($rule, $scope, $period, $subject, $per_model, $model, $until, $spent)
            ON CONFLICT DO UPDATE SET nano_usd = $spent
            """;
        foreach (var spend in spends)
        {
            command.Parameters.Clear();
            command.Parameters.AddWithValue("$rule", spend.Rule);
            command.Parameters.AddWithValue("$scope", spend.Scope);
            command.Parameters.AddWithValue("$period", spend.Period);
            command.Parameters.AddWithValue("$subject", spend.Subject);
            command.Parameters.AddWithValue("$per_model", spend.Model is null ? 0 : 1);
            command.Parameters.AddWithValue("$model", spend.Model ?? "");
            command.Parameters.AddWithValue("$until", spend.UntilMs);
            command.Parameters.AddWithValue("$spent", spend.NanoUsd);
            command.ExecuteNonQuery();
        }

        transaction.Commit();
    }, out error);

    /// <summary>Forgets periods that had ended at <paramref name="nowMs"/>.</summary>
    public bool TryDeleteEnded(long nowMs, [NotNullWhen(false)] out string? error) => Try(() =>
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "DELETE FROM spend WHERE until_ms <= $now";
        command.Parameters.AddWithValue("$now", nowMs);
        command.ExecuteNonQuery();
    }, out error);

    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    bool Try(Action write, [NotNullWhen(false)] out string? error)
    {
        try
        {
            lock (_lock)
            {
                write();
            }

            error = null;
            return true;
        }
        catch (Exception e) when (e is SqliteException or InvalidOperationException) // the latter when it is disposed already
        {
            error = e.Message;
            return false;
        }
    }
}
