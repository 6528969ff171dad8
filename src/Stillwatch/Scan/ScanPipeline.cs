using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Scan;

/// <summary>Settings of <see cref="ScanPipeline{T}"/>.</summary>
sealed record ScanPipelineOptions
{
    /// <summary>Threads that parse and sketch; another one decompresses.</summary>
    public int Workers { get; init; } = Math.Max(1, Environment.ProcessorCount);

    public int MaxLineBytes { get; init; } = LineReader.DefaultMaxLineBytes;
}

/// <summary>Reads logs into a consumer: decompressing, parsing and consuming overlap, and the order is always the same.</summary>
/// <remarks>
/// <para>Files are merged, not concatenated: the next line always comes from the file whose newest time is smallest, so what the consumer
/// gets is never more than 5 minutes behind the newest it has got, as in each file. Equal times go by the order of the files.</para>
/// <para>A file is opened when its first time is due, so a year of hourly files needs few handles. Memory is bounded by the blocks asked
/// for ahead, about 40 MiB, and by one longest line per open file.</para>
/// </remarks>
/// <typeparam name="T">What a worker makes of a line; must hold no text.</typeparam>
sealed class ScanPipeline<T>(Func<Func<ParsedExchange, T>> makeSketch, ScanPipelineOptions? options = null)
{
    readonly ScanPipelineOptions _options = options ?? new ScanPipelineOptions();

    /// <summary>Reads everything. Calls back on this thread only.</summary>
    /// <param name="progress">Told after every block, some hundred times a second.</param>
    /// <exception cref="LogUnreadableException">A file cannot be opened or read on.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public ScanTotals Run(
        IReadOnlyList<LogFile> files, Accept<T> accept, Action<ScanProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        using var feed = new BlockFeed<T>(_options.Workers, makeSketch, cancellationToken);
        var rejected = new RejectionTally();
        var cursors = new List<LogCursor<T>>();
        void Loaded() => progress?.Invoke(ProgressOf(files, cursors));
        var due = new PriorityQueue<LogCursor<T>, (long Ms, int Index)>();
        foreach (var file in files)
        {
            var cursor = new LogCursor<T>(file, cursors.Count, _options.MaxLineBytes, feed, rejected, Loaded);
            cursors.Add(cursor);
            due.Enqueue(cursor, (files.Count > 1 ? FirstTime.Of(file) : 0, cursor.Index));
        }

        try
        {
            Merge(due, accept, cancellationToken);
        }
        catch (AggregateException e) when (e.InnerException is LogUnreadableException unreadable)
        {
            throw new LogUnreadableException(unreadable.Message, e);
        }

        var last = ProgressOf(files, cursors);
        progress?.Invoke(last);
        return new ScanTotals(
            last.Lines, cursors.Sum(cursor => cursor.Accepted), rejected.ToList(), rejected.HasTruncatedFile,
            [.. cursors.Select(cursor => new FileTotals(cursor.File.Name, cursor.Lines, cursor.Accepted))]);
    }

    static void Merge(PriorityQueue<LogCursor<T>, (long Ms, int Index)> due, Accept<T> accept, CancellationToken cancellationToken)
    {
        while (due.TryDequeue(out var cursor, out _))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!cursor.IsOpen)
            {
                if (cursor.MoveNext())
                {
                    due.Enqueue(cursor, (cursor.NewestMs, cursor.Index));
                }

                continue;
            }

            var goesOn = true;
            while (goesOn && (!due.TryPeek(out _, out var next) || (cursor.NewestMs, cursor.Index).CompareTo(next) <= 0))
            {
                if (!accept(in cursor.Current))
                {
                    cursor.Refuse();
                }

                goesOn = cursor.MoveNext();
            }

            if (goesOn)
            {
                due.Enqueue(cursor, (cursor.NewestMs, cursor.Index));
            }
        }
    }

    static ScanProgress ProgressOf(IReadOnlyList<LogFile> files, List<LogCursor<T>> cursors)
    {
        var total = files.Sum(file => file.SizeBytes ?? 0);
        return new ScanProgress(
            cursors.Sum(cursor => cursor.Lines), files.Sum(file => file.ReadBytes), files.All(file => file.SizeBytes is not null) ? total : null);
    }
}
