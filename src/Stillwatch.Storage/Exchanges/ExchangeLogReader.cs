using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Sqlite;

namespace Stillwatch.Storage.Exchanges;

/// <summary>Reads an exchange log while its server writes it. Opens the file anew for each question, so it holds nothing. Thread-safe.</summary>
/// <param name="detectionKeyId">Names the key of the sketches; a log made with another one is refused.</param>
public sealed class ExchangeLogReader(string path, string detectionKeyId)
{
    /// <summary>Accounts whose days are read at once.</summary>
    public const int MostAccounts = 1000;

    const int SketchesPerPage = 4096;
    static readonly int UnixDay = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Every sketch that was there when the reading began, in the order they were written.</summary>
    /// <param name="after">The row after which to begin.</param>
    /// <param name="until">The last row to read.</param>
    /// <remarks>In pages, each a short transaction: one long one would keep the writer from ever folding its write-ahead log back.</remarks>
    /// <exception cref="StorageUnusableException">The log does not exist or cannot be read.</exception>
    public IEnumerable<StoredSketch> Sketches(CancellationToken cancellationToken, long after = 0, long until = long.MaxValue)
    {
        using var connection = Open();
        var last = Math.Min(until, connection.Number("SELECT coalesce(max(sequence), 0) FROM exchanges"));
        for (var from = after; from < last;)
        {
            var page = Page(connection, from, last);
            foreach (var sketch in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return sketch;
            }

            from = page.Count < SketchesPerPage ? last : page[^1].Sequence;
        }
    }

    /// <summary>Every exchange from <paramref name="fromMs"/> on that was there when the reading began, in the order they began; of one instant, as written.</summary>
    /// <remarks>In pages, as <see cref="Sketches"/>.</remarks>
    /// <exception cref="StorageUnusableException">The log does not exist or cannot be read.</exception>
    public IEnumerable<StoredCall> Calls(long fromMs, CancellationToken cancellationToken)
    {
        using var connection = Open();
        var last = connection.Number("SELECT coalesce(max(sequence), 0) FROM exchanges");
        for (var (timeMs, sequence, isMore) = (fromMs, 0L, true); isMore;)
        {
            var page = CallPage(connection, timeMs, sequence, last);
            foreach (var call in page)
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return call;
            }

            isMore = page.Count == SketchesPerPage;
            (timeMs, sequence) = isMore ? (page[^1].TimeMs, page[^1].Sequence) : (0, 0);
        }
    }

    /// <summary>When the newest exchange began, Unix milliseconds; null when there is none.</summary>
    public long? NewestMs()
    {
        using var connection = Open();
        return connection.Number("SELECT coalesce(max(time_ms), -1) FROM exchanges") is var newest and >= 0 ? newest : null;
    }

    /// <summary>The newest row that was ever given; exchanges that retention took had rows too.</summary>
    /// <exception cref="StorageUnusableException">The log cannot be read.</exception>
    public long LastRow() => Guarded(connection => connection.Number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'exchanges'"));

    /// <summary>The id of the exchange in a row; null when there is none.</summary>
    /// <exception cref="StorageUnusableException">The log cannot be read.</exception>
    public string? IdOf(long row) => Guarded(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM exchanges WHERE sequence = $row";
        command.Parameters.AddWithValue("$row", row);
        return command.ExecuteScalar() as string;
    });

    /// <summary>A row after which everything from <paramref name="fromMs"/> on was written: rows stand nearly in the order of time.</summary>
    /// <exception cref="StorageUnusableException">The log cannot be read.</exception>
    public long RowBefore(long fromMs) => Guarded(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT coalesce(min(sequence), 1) - 1 FROM (SELECT sequence FROM exchanges WHERE time_ms >= $from ORDER BY time_ms LIMIT 10000)";
        command.Parameters.AddWithValue("$from", fromMs);
        return (long)command.ExecuteScalar()!;
    });

    /// <summary>Which account an exchange was, and when; null when there is none of that id in its account's rows.</summary>
    public long? TimeOf(string account, string exchange) => Guarded(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT time_ms FROM exchanges WHERE account = $account AND id = $id LIMIT 1";
        command.Parameters.AddWithValue("$account", account);
        command.Parameters.AddWithValue("$id", exchange);
        return command.ExecuteScalar() as long?;
    });

    /// <summary>The newest exchanges of an account, without any text.</summary>
    public IReadOnlyList<ExchangeLine> Newest(string account, int most) => Guarded(connection =>
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT id, time_ms, model, status, input + cache_read + cache_write, output, latency_ms
            FROM exchanges WHERE account = $account ORDER BY time_ms DESC LIMIT $most
            """;
        command.Parameters.AddWithValue("$account", account);
        command.Parameters.AddWithValue("$most", most);
        using var reader = command.ExecuteReader();
        var lines = new List<ExchangeLine>();
        while (reader.Read())
        {
            lines.Add(new ExchangeLine(
                reader.GetString(0), DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(1)), reader.GetString(2), reader.GetInt32(3), reader.GetInt64(4), reader.GetInt64(5),
                reader.GetInt32(6)));
        }

        return lines;
    });

    /// <summary>What accounts used, day by day (UTC) and model by model, in the order of days.</summary>
    /// <param name="accounts">At most <see cref="MostAccounts"/>: one for an account, the members for an organization.</param>
    /// <exception cref="ArgumentException">There are more accounts.</exception>
    public IReadOnlyList<DayUsage> Days(IReadOnlyCollection<string> accounts, long fromMs, long untilMs)
    {
        if (accounts.Count > MostAccounts)
        {
            throw new ArgumentException($"{accounts.Count} accounts were asked for; at most {MostAccounts} are read at once.", nameof(accounts));
        }

        return Guarded(connection =>
        {
            var days = new SortedDictionary<(long Day, string Model), DayUsage>();
            using var command = connection.CreateCommand();
            command.CommandText = """
                SELECT time_ms / 86400000, model, count(*), sum(input), sum(cache_read), sum(cache_write), sum(output), sum(status >= 400)
                FROM exchanges WHERE account = $account AND time_ms >= $from AND time_ms < $until GROUP BY 1, 2
                """;
            var name = command.Parameters.AddWithValue("$account", "");
            command.Parameters.AddWithValue("$from", fromMs);
            command.Parameters.AddWithValue("$until", untilMs);
            foreach (var account in accounts)
            {
                name.Value = account;
                using var reader = command.ExecuteReader();
                while (reader.Read())
                {
                    var key = (reader.GetInt64(0), reader.GetString(1));
                    var read = new DayUsage(
                        DateOnly.FromDayNumber((int)(key.Item1 + UnixDay)), key.Item2, reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6),
                        reader.GetInt64(7));
                    days[key] = days.TryGetValue(key, out var before) ? before.Plus(read) : read;
                }
            }

            return (IReadOnlyList<DayUsage>)[.. days.Values];
        });
    }

    /// <summary>Exchanges in the log now.</summary>
    public long Count()
    {
        using var connection = Open();
        return connection.Number("SELECT count(*) FROM exchanges");
    }

    /// <summary>What an account used from <paramref name="fromMs"/> until before <paramref name="untilMs"/>, Unix milliseconds.</summary>
    /// <returns>Zeros when there is no such exchange.</returns>
    public AccountUsage Usage(string account, long fromMs = long.MinValue, long untilMs = long.MaxValue)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT count(*), coalesce(sum(input), 0), coalesce(sum(cache_read), 0), coalesce(sum(cache_write), 0), coalesce(sum(output), 0), coalesce(sum(estimated), 0)
            FROM exchanges WHERE account = $account AND time_ms >= $from AND time_ms < $until
            """;
        command.Parameters.AddWithValue("$account", account);
        command.Parameters.AddWithValue("$from", fromMs);
        command.Parameters.AddWithValue("$until", untilMs);
        using var reader = command.ExecuteReader();
        reader.Read();
        return new AccountUsage(
            reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5));
    }

    /// <summary>The same, model by model as the caller named them.</summary>
    public IReadOnlyDictionary<string, AccountUsage> UsageByModel(string account, long fromMs, long untilMs)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT model, count(*), sum(input), sum(cache_read), sum(cache_write), sum(output), sum(estimated)
            FROM exchanges WHERE account = $account AND time_ms >= $from AND time_ms < $until GROUP BY model
            """;
        command.Parameters.AddWithValue("$account", account);
        command.Parameters.AddWithValue("$from", fromMs);
        command.Parameters.AddWithValue("$until", untilMs);
        using var reader = command.ExecuteReader();
        var usage = new Dictionary<string, AccountUsage>(StringComparer.Ordinal);
        while (reader.Read())
        {
            usage[reader.GetString(0)] = new AccountUsage(
                reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4), reader.GetInt64(5), reader.GetInt64(6));
        }

        return usage;
    }

    T Guarded<T>(Func<SqliteConnection, T> read)
    {
        try
        {
            using var connection = Open();
            return read(connection);
        }
        catch (SqliteException e)
        {
            throw SqliteFile.Unusable(path, "cannot be read", e);
        }
    }

    SqliteConnection Open()
    {
        var connection = SqliteFile.OpenToRead(path, ExchangeLog.Layout);
        try
        {
            connection.CheckBound(detectionKeyId, "detection.key");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    static List<StoredCall> CallPage(SqliteConnection connection, long timeMs, long sequence, long last)
    {
        using var command = connection.CreateCommand();
        command.CommandText = """
            SELECT sequence, time_ms, latency_ms, account, organization, key_id, model, input, cache_read, cache_write, output
            FROM exchanges WHERE (time_ms, sequence) > ($time, $sequence) AND sequence <= $last ORDER BY time_ms, sequence LIMIT $most
            """;
        command.Parameters.AddWithValue("$time", timeMs);
        command.Parameters.AddWithValue("$sequence", sequence);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$most", SketchesPerPage);
        using var reader = command.ExecuteReader();
        var page = new List<StoredCall>(SketchesPerPage);
        while (reader.Read())
        {
            page.Add(new StoredCall(
                reader.GetInt64(0), reader.GetInt64(1), reader.GetInt32(2), reader.GetString(3), reader.IsDBNull(4) ? null : reader.GetString(4),
                reader.GetString(5), reader.GetString(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10)));
        }

        return page;
    }

    static List<StoredSketch> Page(SqliteConnection connection, long after, long last)
    {
        using var command = connection.CreateCommand();
        command.CommandText =
            "SELECT sequence, account, model, app, sketch FROM exchanges WHERE sequence > $after AND sequence <= $last ORDER BY sequence LIMIT $most";
        command.Parameters.AddWithValue("$after", after);
        command.Parameters.AddWithValue("$last", last);
        command.Parameters.AddWithValue("$most", SketchesPerPage);
        using var reader = command.ExecuteReader();
        var page = new List<StoredSketch>(SketchesPerPage);
        while (reader.Read())
        {
            page.Add(new StoredSketch(reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<byte[]>(4)));
        }

        return page;
    }
}
