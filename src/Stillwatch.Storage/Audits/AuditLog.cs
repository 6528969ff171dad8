using System.Globalization;
using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Audits;

/// <summary>Who saw and did what, on disk: entries are added, never changed, and go only by retention, which counts them. Thread-safe.</summary>
/// <remarks>An entry that was added survives a killed process and a power loss. <see cref="Verify"/> shows a row that is missing or was changed.</remarks>
public sealed class AuditLog : IDisposable
{
    public const int MostPerPage = 500;

    const int MostSeen = 4096;
    const string Retention = "retention";
    const string Removed = "entries_removed";

    /// <summary>A page that is looked at again within this time is not told again.</summary>
    static readonly TimeSpan SeenFor = TimeSpan.FromMinutes(1);

    static readonly SqliteLayout Layout = new("audit", 1, """
        CREATE TABLE entries (
            sequence INTEGER PRIMARY KEY,
            time_ms INTEGER NOT NULL,
            who TEXT NOT NULL,
            role TEXT NOT NULL,
            face INTEGER NOT NULL,
            action TEXT NOT NULL,
            subject TEXT,
            reason TEXT,
            outcome INTEGER NOT NULL,
            detail TEXT,
            hash BLOB NOT NULL
        );
        CREATE INDEX entries_by_who ON entries (who, sequence);
        CREATE INDEX entries_by_action ON entries (action, sequence);
        CREATE INDEX entries_by_subject ON entries (subject, sequence);
        CREATE TABLE head (first INTEGER NOT NULL, anchor BLOB NOT NULL, removed INTEGER NOT NULL, last INTEGER NOT NULL, hash BLOB NOT NULL);
        INSERT INTO head VALUES (1, zeroblob(32), 0, 0, zeroblob(32));
        CREATE TRIGGER entries_do_not_change BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'an entry of the audit log is never changed'); END;
        CREATE TRIGGER entries_go_by_retention BEFORE DELETE ON entries WHEN OLD.sequence >= (SELECT first FROM head)
            BEGIN SELECT RAISE(ABORT, 'an entry of the audit log goes by retention only'); END;
        """, IsDurable: true);

    readonly Lock _lock = new(); // a SQLite connection serves one caller at a time
    readonly SqliteConnection _connection;
    readonly AuditChain _chain;
    readonly Dictionary<(string Who, string Subject), DateTimeOffset> _seen = [];

    AuditLog(SqliteConnection connection, byte[] pepper) => (_connection, _chain) = (connection, new AuditChain(pepper));

    /// <summary>Called after each entry, one after another, by whoever added it.</summary>
    public event Action<AuditRow>? Added;

    /// <param name="pepper">Keys the chain.</param>
    /// <exception cref="StorageUnusableException">The file is another's, newer than we are, damaged, or cannot be opened.</exception>
    public static AuditLog Open(string path, byte[] pepper) => new(SqliteFile.Open(path, Layout), pepper);

    /// <summary>Beside the server that writes it.</summary>
    /// <inheritdoc cref="Open"/>
    public static AuditLog OpenToRead(string path, byte[] pepper) => new(SqliteFile.OpenToRead(path, Layout), pepper);

    /// <exception cref="IOException">The disk refuses: what was to be audited must not be done.</exception>
    public AuditRow Add(AuditEntry entry)
    {
        lock (_lock)
        {
            AuditRow row;
            try
            {
                using var transaction = _connection.BeginTransaction();
                row = Write(entry.Bounded());
                transaction.Commit();
            }
            catch (SqliteException e)
            {
                throw new IOException($"{_connection.DataSource} cannot be written: {e.Message}", e);
            }

            Added?.Invoke(row);
            return row;
        }
    }

    /// <summary>Somebody looked at something. Told once a minute for each person and thing, however often the page is drawn.</summary>
    /// <inheritdoc cref="Add"/>
    public void Saw(string who, string role, AuditFace face, string subject, DateTimeOffset at)
    {
        lock (_lock)
        {
            if (_seen.TryGetValue((who, subject), out var before) && at - before < SeenFor)
            {
                return;
            }

            if (_seen.Count >= MostSeen)
            {
                _seen.Clear(); // costs a second entry at most
            }

            Add(new AuditEntry { At = at, Who = who, Role = role, Face = face, Action = "saw", Subject = subject });
            _seen[(who, subject)] = at;
        }
    }

    /// <summary>The newest first.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><see cref="AuditQuery.Most"/> is out of its range.</exception>
    public IReadOnlyList<AuditRow> Page(AuditQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Most, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(query.Most, MostPerPage);
        lock (_lock)
        {
            using var command = _connection.CreateCommand();
            var where = new List<string> { "sequence < $before" };
            command.Parameters.AddWithValue("$before", query.Before ?? long.MaxValue);
            void Ask(string condition, string name, object? value)
            {
                if (value is not null)
                {
                    where.Add(condition);
                    command.Parameters.AddWithValue(name, value);
                }
            }

            Ask("who = $who", "$who", query.Who);
            Ask("action = $action", "$action", query.Action);
            Ask("subject = $subject", "$subject", query.Subject);
            Ask("time_ms >= $from", "$from", query.From?.ToUnixTimeMilliseconds());
            Ask("time_ms < $until", "$until", query.Until?.ToUnixTimeMilliseconds());
            command.CommandText = $"{Select} WHERE {string.Join(" AND ", where)} ORDER BY sequence DESC LIMIT $most";
            command.Parameters.AddWithValue("$most", query.Most);
            return [.. Rows(command).Select(found => found.Row)];
        }
    }

    /// <summary>Takes away what is older, from the oldest on, and says in an entry how many went and what the chain begins with now.</summary>
    /// <returns>How many went.</returns>
    /// <exception cref="IOException">The disk refuses.</exception>
    public long RemoveOlderThan(DateTimeOffset before, DateTimeOffset now)
    {
        lock (_lock)
        {
            var head = Head(_connection);
            var since = before.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
            var first = _connection.Number($"SELECT coalesce((SELECT min(sequence) FROM entries WHERE time_ms >= {since}), {head.Last + 1})");
            var count = first - head.First;
            if (count <= 0)
            {
                return 0;
            }

            try
            {
                using var transaction = _connection.BeginTransaction();
                using var command = _connection.CreateCommand();
                command.CommandText = """
                    UPDATE head SET anchor = (SELECT hash FROM entries WHERE sequence = $first - 1), first = $first, removed = removed + $count;
                    DELETE FROM entries WHERE sequence < $first;
                    """;
                command.Parameters.AddWithValue("$first", first);
                command.Parameters.AddWithValue("$count", count);
                command.ExecuteNonQuery();
                Write(new AuditEntry
                {
                    At = now, Who = Retention, Face = AuditFace.Server, Action = Removed, Subject = $"entries {head.First} to {first - 1}", Detail = AnchorOf(Head(_connection)),
                });
                transaction.Commit();
                return count;
            }
            catch (SqliteException e)
            {
                throw new IOException($"{_connection.DataSource} cannot be written: {e.Message}", e);
            }
        }
    }

    /// <summary>Reads every entry and follows the chain.</summary>
    /// <remarks>A million entries take seconds; nobody who adds waits for it.</remarks>
    /// <param name="kept">A head that an earlier verification stated and somebody kept elsewhere; it must still be part of the chain.</param>
    public AuditVerification Verify(string? kept = null)
    {
        using var connection = SqliteFile.OpenToRead(_connection.DataSource, Layout); // of its own: nobody waits for it who adds
        using var transaction = connection.BeginTransaction(deferred: true); // one view of the file, whatever is added meanwhile
        var head = Head(connection);
        using var command = connection.CreateCommand();
        command.CommandText = $"{Select} ORDER BY sequence";
        var (next, hash, anchor, count) = (head.First, head.Anchor, (string?)null, 0L);
        var isKept = kept is null || kept == HeadOf(head.First - 1, head.Anchor);
        AuditVerification Fault(long sequence, string says) => new(count, head.Removed, sequence, says, "");
        foreach (var (row, stored) in Rows(command))
        {
            if (row.Sequence != next)
            {
                return Fault(next, row.Sequence > next ? $"entries {next} to {row.Sequence - 1} are missing" : $"entry {row.Sequence} is older than retention left");
            }

            if (!(hash = _chain.HashOf(hash, row.Sequence, row.Entry)).AsSpan().SequenceEqual(stored))
            {
                return Fault(row.Sequence, $"entry {row.Sequence} is not the one that was written there");
            }

            isKept = isKept || kept == HeadOf(row.Sequence, hash);
            anchor = row.Entry is { Face: AuditFace.Server, Action: Removed } ? row.Entry.Detail : anchor;
            (next, count) = (next + 1, count + 1);
        }

        return next - 1 != head.Last ? Fault(next, $"the log ends at entry {next - 1}, and {head.Last} were written")
            : !hash.AsSpan().SequenceEqual(head.Hash) ? Fault(head.Last, "the newest entry is not the one that the log ends with")
            : head.First > 1 && anchor != AnchorOf(head) ? Fault(head.First, "the beginning of the log is not the one that retention left")
            : !isKept ? Fault(head.First, $"no entry is the head {kept}: the log was written anew, or retention has taken that entry")
            : new AuditVerification(count, head.Removed, null, null, HeadOf(head.Last, head.Hash));
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _connection.Dispose();
        }
    }

    const string Select = "SELECT sequence, time_ms, who, role, face, action, subject, reason, outcome, detail, hash FROM entries";

    static string HeadOf(long sequence, byte[] hash) => $"{sequence} {Convert.ToHexStringLower(hash)}";

    static string AnchorOf(HeadRow head) => $"{head.Removed} removed so far; the chain goes on from {Convert.ToHexStringLower(head.Anchor)} before entry {head.First}";

    AuditRow Write(AuditEntry entry)
    {
        var head = Head(_connection);
        var sequence = head.Last + 1;
        using var command = _connection.CreateCommand();
        command.CommandText = """
            INSERT INTO entries VALUES ($sequence, $time, $who, $role, $face, $action, $subject, $reason, $outcome, $detail, $hash);
            UPDATE head SET last = $sequence, hash = $hash;
            """;
        void Add(string name, object? value) => command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        Add("$sequence", sequence);
        Add("$time", entry.At.ToUnixTimeMilliseconds());
        Add("$who", entry.Who);
        Add("$role", entry.Role);
        Add("$face", (int)entry.Face);
        Add("$action", entry.Action);
        Add("$subject", entry.Subject);
        Add("$reason", entry.Reason);
        Add("$outcome", (int)entry.Outcome);
        Add("$detail", entry.Detail);
        Add("$hash", _chain.HashOf(head.Hash, sequence, entry));
        command.ExecuteNonQuery();
        return new AuditRow(sequence, entry);
    }

    static IEnumerable<(AuditRow Row, byte[] Hash)> Rows(SqliteCommand command)
    {
        using var reader = command.ExecuteReader();
        string? Text(int at) => reader.IsDBNull(at) ? null : reader.GetString(at);
        while (reader.Read())
        {
            yield return (new AuditRow(reader.GetInt64(0), new AuditEntry
            {
                At = DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), Who = reader.GetString(2), Role = reader.GetString(3), Face = (AuditFace)reader.GetInt32(4),
                Action = reader.GetString(5), Subject = Text(6), Reason = Text(7), Outcome = (AuditOutcome)reader.GetInt32(8), Detail = Text(9),
            }), (byte[])reader[10]);
        }
    }

    static HeadRow Head(SqliteConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT first, anchor, removed, last, hash FROM head";
        using var reader = command.ExecuteReader();
        reader.Read();
        return new HeadRow(reader.GetInt64(0), (byte[])reader[1], reader.GetInt64(2), reader.GetInt64(3), (byte[])reader[4]);
    }

    /// <summary>Where the log begins and ends.</summary>
    /// <param name="Anchor">Hash of the last entry that retention took.</param>
    sealed record HeadRow(long First, byte[] Anchor, long Removed, long Last, byte[] Hash);
}

/// <summary>What following the chain came to.</summary>
/// <param name="Entries">Read without a fault.</param>
/// <param name="Removed">Entries that retention has taken since the log began.</param>
/// <param name="FaultAt">The first entry that is wrong; null when none is.</param>
/// <param name="Head">Number and hash of the newest entry: kept elsewhere, it shows later that nothing before it was rewritten. Empty after a fault.</param>
public sealed record AuditVerification(long Entries, long Removed, long? FaultAt, string? Says, string Head)
{
    public bool IsWhole => FaultAt is null;
}
