using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class ExchangeLogTests : IDisposable
{
    readonly TemporaryDirectory _temporary = new();
    readonly DataDirectory _directory;

    public ExchangeLogTests() => _directory = DataDirectory.Lock(_temporary.Path);

    public void Dispose()
    {
        _directory.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void Sketches_come_back_in_the_order_they_were_written()
    {
        using var log = Open();
        log.Append([.. Enumerable.Range(0, 5000).Select(i => Exchange(i, timeMs: 10_000 - i))]);
        log.Append([.. Enumerable.Range(5000, 5000).Select(i => Exchange(i))]);
        var read = log.Reader.Sketches(TestContext.Current.CancellationToken).ToList();
        Assert.Equal(Enumerable.Range(0, 10_000), read.Select(row => BitConverter.ToInt32(row.Sketch)));
        Assert.Equal("acct_1", read[1].Account);
        Assert.Equal(10_000, log.Reader.Count());
    }

    [Fact]
    public void Reading_ends_where_the_log_ended_when_it_began()
    {
        using var log = Open();
        log.Append([Exchange(0), Exchange(1)]);
        var count = 0;
        foreach (var _ in log.Reader.Sketches(TestContext.Current.CancellationToken))
        {
            log.Append([Exchange(2)]);
            count++;
        }

        Assert.Equal(2, count);
    }

    [Fact]
    public void Reading_can_be_stopped()
    {
        using var log = Open();
        log.Append([Exchange(0), Exchange(1)]);
        using var stop = new CancellationTokenSource();
        using var rows = log.Reader.Sketches(stop.Token).GetEnumerator();
        Assert.True(rows.MoveNext());
        stop.Cancel();
        Assert.Throws<OperationCanceledException>(() => rows.MoveNext());
    }

    [Fact]
    public void Usage_is_summed_by_account_and_span()
    {
        using var log = Open();
        log.Append(
        [
            Exchange(0, "a", 100) with { InputTokens = 1, CacheReadTokens = 2, CacheWriteTokens = 3, OutputTokens = 4, IsEstimated = true },
            Exchange(1, "a", 199) with { InputTokens = 10, CacheReadTokens = 20, CacheWriteTokens = 30, OutputTokens = int.MaxValue },
            Exchange(2, "a", 200) with { OutputTokens = 5 },
            Exchange(3, "b", 150) with { OutputTokens = 6 },
        ]);
        Assert.Equal(new AccountUsage(2, 11, 22, 33, 4L + int.MaxValue, 1), log.Reader.Usage("a", 100, 200));
        Assert.Equal(3, log.Reader.Usage("a").Exchanges);
        Assert.Equal(new AccountUsage(0, 0, 0, 0, 0, 0), log.Reader.Usage("nobody"));
    }

    [Fact]
    public void What_is_too_old_goes_and_nothing_else()
    {
        using var log = Open();
        log.Append([.. Enumerable.Range(0, 9000).Select(i => Exchange(i, timeMs: i))]);
        Assert.Equal(7000, log.DeleteOlderThan(7000, TestContext.Current.CancellationToken));
        Assert.Equal(Enumerable.Range(7000, 2000), log.Reader.Sketches(TestContext.Current.CancellationToken).Select(row => BitConverter.ToInt32(row.Sketch)));
        Assert.Equal(0, log.DeleteOlderThan(7000, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void A_batch_with_a_row_that_cannot_be_kept_leaves_nothing()
    {
        using var log = Open();
        Assert.ThrowsAny<Exception>(() => log.Append([Exchange(0), Exchange(1) with { Id = null! }]));
        Assert.Equal(0, log.Reader.Count());
        log.Append([Exchange(2)]);
        Assert.Equal(1, log.Reader.Count());
    }

    [Fact]
    public async Task A_second_process_reads_while_the_first_writes()
    {
        using var log = Open();
        log.Append([Exchange(0)]);
        using var stop = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            var written = 1;
            for (; !stop.IsCancellationRequested; written += 10)
            {
                log.Append([.. Enumerable.Range(written, 10).Select(i => Exchange(i))]);
            }

            return written;
        });

        var counts = new List<int>();
        for (var i = 0; i < 2; i++)
        {
            using var reader = OtherProcess(nameof(The_other_process_reads_whole_batches));
            var said = await reader.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await reader.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(reader.ExitCode == 0, said);
            counts.Add(Numbers(said).Last());
        }

        await stop.CancelAsync();
        var total = await writer;
        Assert.InRange(counts[0], 1, total);
        Assert.InRange(counts[1], counts[0] + 1, total); // it saw the writer go on
        Assert.Equal(total, log.Reader.Count());
    }

    [Fact(Explicit = true)] // the other half of the test above
    public void The_other_process_reads_whole_batches()
    {
        using var directory = DataDirectory.Look(Environment.GetEnvironmentVariable(OthersDirectory)!);
        var rows = new ExchangeLogReader(directory.ExchangesPath, KeyId).Sketches(TestContext.Current.CancellationToken).ToList();
        Assert.Equal(Enumerable.Range(0, rows.Count), rows.Select(row => BitConverter.ToInt32(row.Sketch)));
        Assert.Equal(1, rows.Count % 10);
        System.Console.WriteLine($"count={rows.Count}");
    }

    [Fact]
    public async Task A_killed_process_loses_no_batch_that_was_written_and_keeps_no_half_of_one()
    {
        using var writer = OtherProcess(nameof(The_other_process_writes_until_it_is_killed));
        var written = 0;
        while (written < 200 && await writer.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            written = Numbers(line).LastOrDefault(written);
        }

        writer.Kill();
        await writer.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.InRange(written, 200, int.MaxValue);
        using var log = Open();
        Assert.InRange(log.Reader.Count(), written, long.MaxValue);
        Assert.Equal(0, log.Reader.Count() % 10);
    }

    [Fact(Explicit = true)] // the other half of the test above
    public void The_other_process_writes_until_it_is_killed()
    {
        using var log = ExchangeLog.Open(Path.Combine(Environment.GetEnvironmentVariable(OthersDirectory)!, "exchanges.db"), KeyId);
        for (var written = 0; written < 1_000_000; written += 10)
        {
            log.Append([.. Enumerable.Range(written, 10).Select(i => Exchange(i))]);
            System.Console.WriteLine($"count={written + 10}");
        }
    }

    [Fact]
    public void A_file_of_a_newer_version_is_refused_by_name()
    {
        Open().Dispose();
        Execute("UPDATE layout SET version = 2");
        var e = Assert.Throws<StorageUnusableException>(() => Open());
        Assert.Contains(_directory.ExchangesPath, e.Message);
        Assert.Contains("version 2", e.Message);
        Assert.Throws<StorageUnusableException>(() => new ExchangeLogReader(_directory.ExchangesPath, KeyId).Count());
    }

    [Fact]
    public void A_log_of_another_detection_key_is_refused()
    {
        Open().Dispose();
        Assert.Contains("detection.key", Assert.Throws<StorageUnusableException>(() => ExchangeLog.Open(_directory.ExchangesPath, "other")).Message);
        Assert.Throws<StorageUnusableException>(() => new ExchangeLogReader(_directory.ExchangesPath, "other").Count());
    }

    [Fact]
    public void A_file_that_is_not_ours_is_refused()
    {
        File.WriteAllText(_directory.ExchangesPath, new string('x', 5000));
        var damaged = Assert.Throws<StorageUnusableException>(() => Open()).Message;
        Assert.Contains("exchanges.db cannot be opened: it is damaged, or no database. Bring it back from a backup, or move it away", damaged);
        Assert.DoesNotContain("SQLite", damaged);
        File.Delete(_directory.ExchangesPath);
        Execute("CREATE TABLE theirs (a)");
        Assert.Contains("no file of Stillwatch", Assert.Throws<StorageUnusableException>(() => Open()).Message);
        File.Delete(_directory.ExchangesPath);
        KeyStore.Open(_directory.ExchangesPath, "p").Dispose();
        Assert.Contains("holds keys", Assert.Throws<StorageUnusableException>(() => Open()).Message);
    }

    [Fact]
    public void A_log_that_does_not_exist_is_not_made_by_reading()
    {
        Assert.Throws<StorageUnusableException>(() => new ExchangeLogReader(_directory.ExchangesPath, KeyId).Count());
        Assert.False(File.Exists(_directory.ExchangesPath));
    }

    const string KeyId = "0123abcd";
    const string OthersDirectory = "STILLWATCH_TEST_DIRECTORY";

    [Fact]
    public void Use_is_told_day_by_day_and_model_by_model_over_one_account_or_many()
    {
        const long Day = 86_400_000;
        using var log = Open();
        log.Append(
        [
            Exchange(0, "a", 20_000 * Day) with { Model = "m", InputTokens = 1, OutputTokens = 2 },
            Exchange(1, "a", (20_000 * Day) + Day - 1) with { Model = "m", InputTokens = 10, OutputTokens = 20, Status = 529 },
            Exchange(2, "a", 20_001 * Day) with { Model = "n", CacheReadTokens = 5, CacheWriteTokens = 6 },
            Exchange(3, "b", 20_000 * Day) with { Model = "m", InputTokens = 100 },
        ]);
        var first = new DateOnly(2024, 10, 4);
        Assert.Equal(
            [new DayUsage(first, "m", 2, 11, 0, 0, 22, 1), new DayUsage(first.AddDays(1), "n", 1, 0, 5, 6, 0, 0)], log.Reader.Days(["a"], 0, long.MaxValue));
        Assert.Equal(new DayUsage(first, "m", 3, 111, 0, 0, 22, 1), Assert.Single(log.Reader.Days(["a", "b"], 0, 20_001 * Day)));
        Assert.Throws<ArgumentException>(() => log.Reader.Days([.. Enumerable.Range(0, ExchangeLogReader.MostAccounts + 1).Select(i => $"{i}")], 0, 1));
        Assert.Equal(["ex_2", "ex_1"], log.Reader.Newest("a", 2).Select(line => line.Id));
        Assert.Equal((20_000 * Day, null), (log.Reader.TimeOf("a", "ex_0"), log.Reader.TimeOf("b", "ex_0")));
        Assert.Equal((0L, 2L, 0L), (log.Reader.RowBefore(0), log.Reader.RowBefore(20_001 * Day), log.Reader.RowBefore(long.MaxValue)));
    }

    internal static StoredExchange Exchange(int number, string? account = null, long? timeMs = null) => new()
    {
        Id = $"ex_{number}",
        TimeMs = timeMs ?? 1_000_000 + number,
        Account = account ?? $"acct_{number % 7}",
        Organization = number % 2 == 0 ? "org_1" : null,
        KeyId = "key_1",
        Model = "model-a",
        UpstreamModel = "model-b",
        Api = 0,
        Status = 200,
        End = 0,
        InputTokens = 0,
        CacheReadTokens = 0,
        CacheWriteTokens = 0,
        OutputTokens = 0,
        IsEstimated = false,
        LatencyMs = 12,
        App = null,
        Usage = number % 3 == 0 ? null : "{}"u8.ToArray(),
        Sketch = BitConverter.GetBytes(number),
    };

    // This very test executable, told to run one test and by its environment where.
    Process OtherProcess(string test) => Process.Start(new ProcessStartInfo("dotnet")
    {
        ArgumentList = { typeof(ExchangeLogTests).Assembly.Location, "-noLogo", "-explicit", "only", "-method", $"{typeof(ExchangeLogTests).FullName}.{test}" },
        Environment = { [OthersDirectory] = _temporary.Path },
        RedirectStandardOutput = true,
    })!;

    static IEnumerable<int> Numbers(string said) => said.Split('\n', StringSplitOptions.TrimEntries)
        .Where(line => line.StartsWith("count=", StringComparison.Ordinal))
        .Select(line => int.Parse(line["count=".Length..]));

    ExchangeLog Open() => ExchangeLog.Open(_directory.ExchangesPath, KeyId);

    void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory.ExchangesPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}
