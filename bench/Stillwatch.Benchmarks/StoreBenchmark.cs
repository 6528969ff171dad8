using System.Diagnostics;
using System.Security.Cryptography;
using Stillwatch.Gateway.Keys;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Benchmarks;

/// <summary>What storing costs: rows a second and bytes a row of the exchange log, by batch size, and the check of a key.</summary>
static class StoreBenchmark
{
    const int SketchBytes = 300; // random, so that nothing is gained by repetition
    const int Accounts = 20_000;

    public static void Run(int rows, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("stillwatch-bench-");
        try
        {
            foreach (var batch in (int[])[1, 32, 256, 2048])
            {
                Write(Path.Combine(folder.FullName, $"batch-{batch}"), batch == 1 ? rows / 50 : rows, batch, output);
            }

            CheckKeys(Path.Combine(folder.FullName, "keys"), output);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static void Write(string path, int rows, int batchRows, TextWriter output)
    {
        using var directory = DataDirectory.Lock(path);
        using var log = ExchangeLog.Open(directory.ExchangesPath, "bench");
        var batches = Enumerable.Range(0, rows).Select(Row).Chunk(batchRows).ToList();
        var watch = Stopwatch.StartNew();
        foreach (var batch in batches)
        {
            log.Append(batch);
        }

        var writtenS = watch.Elapsed.TotalSeconds;
        var bytes = Directory.GetFiles(path, "exchanges.db").Sum(file => new FileInfo(file).Length);
        watch.Restart();
        var read = log.Reader.Sketches(CancellationToken.None).LongCount();
        var readS = watch.Elapsed.TotalSeconds;
        output.WriteLine(
            $"batches of {batchRows,5}: {rows / writtenS,9:N0} rows/s written, {read / readS,11:N0} sketches/s read back, {bytes / (double)rows,5:N0} bytes/row ({rows:N0} rows, sketch {SketchBytes} bytes)");
        if (batchRows == 256)
        {
            watch.Restart();
            var usage = log.Reader.Usage("acct_000007");
            output.WriteLine($"usage of one account: {watch.Elapsed.TotalMilliseconds:N2} ms for {usage.Exchanges} exchanges");
            watch.Restart();
            var gone = log.DeleteOlderThan(Row(rows / 4).TimeMs, CancellationToken.None);
            output.WriteLine($"retention: {gone / watch.Elapsed.TotalSeconds:N0} rows/s deleted ({gone:N0} rows)");
        }
    }

    static void CheckKeys(string path, TextWriter output)
    {
        using var directory = DataDirectory.Lock(path);
        using var issuer = KeyIssuer.Open(directory, TimeProvider.System);
        var watch = Stopwatch.StartNew();
        var keys = issuer.CreateMany([.. Enumerable.Range(0, Accounts).Select(i => new KeyRequest($"acct_{i:d6}"))]);
        output.WriteLine($"keys made in one batch: {Accounts / watch.Elapsed.TotalSeconds:N0} a second");
        var now = TimeProvider.System.GetUtcNow();
        var known = 0;
        for (var round = 0; round < 2; round++) // the first warms up
        {
            watch.Restart();
            known = keys.Count(key => issuer.Ring.TryAuthenticate(key.Text, now, out _, out _));
        }

        output.WriteLine($"check of a key: {watch.Elapsed.TotalMicroseconds / Accounts:N2} µs, one HMAC included ({known:N0} of {Accounts:N0} known)");
    }

    static StoredExchange Row(int number) => new()
    {
        Id = $"ex_{number:x16}",
        TimeMs = 1_790_000_000_000 + (number * 37L),
        Account = $"acct_{(int)(number * 2_654_435_761L % Accounts):d6}",
        Organization = number % 3 == 0 ? $"org_{number % 500}" : null,
        KeyId = $"K{number % Accounts:d11}",
        Model = "claude-opus-4-1",
        UpstreamModel = "local/llama-3.3-70b",
        Api = 0,
        Status = 200,
        End = 0,
        InputTokens = 1000 + (number % 4000),
        CacheReadTokens = number % 20_000,
        CacheWriteTokens = number % 300,
        OutputTokens = number % 2000,
        IsEstimated = number % 10 == 0,
        LatencyMs = 500 + (number % 9000),
        App = null,
        Usage = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"input_tokens":{{1000 + (number % 4000)}},"cache_creation_input_tokens":{{number % 300}},"cache_read_input_tokens":{{number % 20_000}},"output_tokens":{{number % 2000}}}"""),
        Sketch = RandomNumberGenerator.GetBytes(SketchBytes),
    };
}
