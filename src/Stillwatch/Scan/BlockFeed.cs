using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Scan;

/// <summary>Decompresses on one thread and parses on others, for whoever asks for a file's next block.</summary>
/// <remarks>
/// Bounded by its askers: nothing is read that was not asked for. Answers to one file's requests come in the order of the file, since
/// one thread reads it. Thread-safe.
/// </remarks>
sealed class BlockFeed<T> : IDisposable
{
    /// <summary>Blocks asked for ahead, over all open files: enough to keep every thread busy.</summary>
    const int BlocksAhead = 8;

    const int MaxBlockBytes = 1024 * 1024;
    const int MinBlockBytes = 64 * 1024;
    const int BytesAhead = 32 * 1024 * 1024;

    readonly BlockingCollection<(LogCursor<T> File, int Bytes, TaskCompletionSource<ParsedBlock<T>> Answer)> _requests = [];
    readonly BlockingCollection<(LineBlock Block, TaskCompletionSource<ParsedBlock<T>> Answer)> _work = new(BlocksAhead);
    readonly ConcurrentBag<ParsedBlock<T>> _spare = [];
    readonly CancellationTokenSource _stop;
    int _openFiles;

    /// <param name="makeSketch">Called once per worker thread; the function it gives is then called by that thread only.</param>
    public BlockFeed(int workers, Func<Func<ParsedExchange, T>> makeSketch, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Start("scan reader", ReadFiles);
        for (var i = 0; i < workers; i++)
        {
            Start($"scan worker {i}", () => ParseBlocks(makeSketch()));
        }
    }

    /// <summary>How many blocks an open file should have asked for.</summary>
    public int BlocksAheadPerFile => Math.Max(2, BlocksAhead / Math.Max(1, _openFiles));

    public CancellationToken Stopped => _stop.Token;

    public Task<ParsedBlock<T>> Request(LogCursor<T> file)
    {
        var answer = new TaskCompletionSource<ParsedBlock<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var bytes = Math.Clamp(BytesAhead / Math.Max(1, _openFiles), MinBlockBytes, MaxBlockBytes);
        _requests.Add((file, bytes, answer));
        return answer.Task;
    }

    public void CountOpen(int change) => _openFiles += change;

    public void GiveBack(ParsedBlock<T> block)
    {
        block.Clear();
        _spare.Add(block);
    }

    /// <summary>Stops the threads. One that waits for standard input is left to end with the process.</summary>
    public void Dispose()
    {
        _stop.Cancel();
        _requests.CompleteAdding();
    }

    static void Start(string name, Action run) => new Thread(() => run()) { Name = name, IsBackground = true }.Start();

    void ReadFiles()
    {
        var open = new Dictionary<LogCursor<T>, LineReader>();
        try
        {
            foreach (var (file, bytes, answer) in _requests.GetConsumingEnumerable(_stop.Token))
            {
                Read(file, bytes, answer, open);
            }
        }
        catch (OperationCanceledException)
        {
            // whoever waits for an answer waits with the same token
        }
        finally
        {
            foreach (var reader in open.Values)
            {
                reader.Dispose();
            }
        }
    }

    void Read(LogCursor<T> file, int bytes, TaskCompletionSource<ParsedBlock<T>> answer, Dictionary<LogCursor<T>, LineReader> open)
    {
        try
        {
            if (!open.TryGetValue(file, out var reader))
            {
                open.Add(file, reader = new LineReader(file.File.Open(), file.MaxLineBytes));
            }

            var block = reader.Next(bytes);
            if (block is not null)
            {
                _work.Add((block, answer), _stop.Token);
                return;
            }

            reader.Dispose(); // it stays in the table: asked again, it has ended again
            answer.SetResult(new ParsedBlock<T> { IsEnd = true });
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            answer.SetException(e is IOException ? new LogUnreadableException($"cannot read {file.File.Name} on: {e.Message}", e) : e);
        }
    }

    void ParseBlocks(Func<ParsedExchange, T> sketch)
    {
        var parsed = new ParsedExchange();
        try
        {
            foreach (var (block, answer) in _work.GetConsumingEnumerable(_stop.Token))
            {
                try
                {
                    answer.SetResult(Parse(block, parsed, sketch));
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    answer.SetException(e);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // stopped
        }
    }

    ParsedBlock<T> Parse(LineBlock block, ParsedExchange parsed, Func<ParsedExchange, T> sketch)
    {
        using var lines = block;
        var result = _spare.TryTake(out var spare) ? spare : new ParsedBlock<T>();
        for (var i = 0; i < block.Count; i++)
        {
            var line = block.FirstLine + i;
            if (block.IsTooLong(i))
            {
                result.Reject(RejectReason.LineTooLong, line);
            }
            else if (ExchangeParser.TryParse(block[i], parsed, out var reason))
            {
                result.Add(sketch(parsed), parsed.TimeMs, line);
            }
            else if (block[i].IndexOfAnyExcept(" \t\r"u8) >= 0)
            {
                result.Reject(reason, line);
            }
        }

        if (block.IsTruncated)
        {
            result.Reject(RejectReason.TruncatedFile, block.FirstLine + block.Count);
        }

        return result;
    }
}
