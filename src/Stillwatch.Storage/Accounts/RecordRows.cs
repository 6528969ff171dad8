using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Storage.Accounts;

/// <summary>The statements on the tables of records and changes. Not thread-safe: for the holder of the store's lock.</summary>
sealed class RecordRows : IDisposable
{
    const string Columns = "json, stated_ms, event_ms, level_until_ms, level_after";

    readonly SqliteConnection _connection;
    readonly SqliteCommand _find;
    readonly SqliteCommand _write;
    readonly SqliteCommand _note;

    public RecordRows(SqliteConnection connection)
    {
        _connection = connection;
        _find = Prepared($"SELECT {Columns} FROM records WHERE kind = $kind AND id = $id", "$kind", "$id");
        _write = Prepared(
            """
            INSERT INTO records VALUES ($kind, $id, $json, $organization, $level, $status, $programme, $stated, $event, $until, $after)
            ON CONFLICT (kind, id) DO UPDATE SET json = $json, organization = $organization, level = $level, status = $status, programme = $programme,
                stated_ms = $stated, event_ms = $event, level_until_ms = $until, level_after = $after
            """,
            "$kind", "$id", "$json", "$organization", "$level", "$status", "$programme", "$stated", "$event", "$until", "$after");
        _note = Prepared(
            "INSERT INTO changes VALUES (NULL, $kind, $id, $at, $what, $was, $became, $by, $source, $reason)",
            "$kind", "$id", "$at", "$what", "$was", "$became", "$by", "$source", "$reason");
    }

    public Recorded<T>? Find<T>(RecordKind<T> kind, string id)
        where T : class
    {
        Bind(_find, kind.Number, id);
        using var reader = _find.ExecuteReader();
        return reader.Read() ? Read(kind, reader) : null;
    }

    public IReadOnlyList<Recorded<T>> Select<T>(RecordKind<T> kind, string which, IEnumerable<(string Name, object Value)> values)
        where T : class
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT {Columns} FROM records WHERE kind = {kind.Number} {which}";
        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        using var reader = command.ExecuteReader();
        var rows = new List<Recorded<T>>();
        while (reader.Read())
        {
            rows.Add(Read(kind, reader));
        }

        return rows;
    }

    public void Write<T>(RecordKind<T> kind, Recorded<T> recorded)
        where T : class
    {
        var (organization, status, programme) = kind.Columns(recorded.Value);
        Bind(
            _write, kind.Number, kind.Id(recorded.Value), kind.Write(recorded.Value), organization, (int?)kind.Level(recorded.Value), status, programme,
            recorded.StatedMs, recorded.EventMs, recorded.LevelUntilMs, (int?)recorded.LevelAfter);
        _write.ExecuteNonQuery();
    }

    /// <summary>Adds a line for every tracked member that differs.</summary>
    public void Note<T>(RecordKind<T> kind, Recorded<T>? before, Recorded<T> after, ChangeNote note)
        where T : class
    {
        foreach (var member in kind.Tracked)
        {
            var (was, became) = (before is null ? null : member.Read(before.Value), member.Read(after.Value));
            if (was != became)
            {
                Bind(
                    _note, kind.Number, kind.Id(after.Value), note.At.ToUnixTimeMilliseconds(), member.Name, was, became, note.By, (int)note.Source, note.Reason);
                _note.ExecuteNonQuery();
            }
        }
    }

    /// <summary>When each member was last set by something other than a file.</summary>
    public IReadOnlyDictionary<string, long> ActsMs<T>(RecordKind<T> kind, string id)
        where T : class
    {
        using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT what, max(at_ms) FROM changes WHERE kind = $kind AND id = $id AND source <> {(int)ChangeSource.File} GROUP BY what";
        command.Parameters.AddWithValue("$kind", kind.Number);
        command.Parameters.AddWithValue("$id", id);
        using var reader = command.ExecuteReader();
        var acts = new Dictionary<string, long>(StringComparer.Ordinal);
        while (reader.Read())
        {
            acts.Add(reader.GetString(0), reader.GetInt64(1));
        }

        return acts;
    }

    public void Dispose()
    {
        _find.Dispose();
        _write.Dispose();
        _note.Dispose();
    }

    static Recorded<T> Read<T>(RecordKind<T> kind, SqliteDataReader reader)
        where T : class => new(kind.Read(reader.GetString(0)))
    {
        StatedMs = reader.GetInt64(1),
        EventMs = reader.GetInt64(2),
        LevelUntilMs = reader.IsDBNull(3) ? null : reader.GetInt64(3),
        LevelAfter = reader.IsDBNull(4) ? null : (VerificationLevel)reader.GetInt32(4),
    };

    SqliteCommand Prepared(string sql, params string[] names)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var name in names)
        {
            command.Parameters.Add(new SqliteParameter(name, DBNull.Value));
        }

        return command;
    }

    static void Bind(SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
