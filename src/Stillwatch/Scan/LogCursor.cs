using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Logs;

namespace Stillwatch.Scan;

/// <summary>Walks the usable lines of one file in their order, and turns away times that cannot be right. Not thread-safe.</summary>
/// <remarks>
/// <para>A line older than the file's newest by more than 5 minutes is out of order. A line newer than it by more than a day is believed
/// only if the file goes on from there: of the next 1,000 usable lines (or those that are left) more must stand less than a day
/// behind it than further back. So one wrong clock cannot make the rest of the file look late, and a real gap in a log is no error.</para>
/// <para>The first line has nothing before it and is believed unless most of what follows is further back. A last line that is more
/// than a day ahead has nothing to back it and is turned away.</para>
/// </remarks>
sealed class LogCursor<T>(LogFile file, int index, int maxLineBytes, BlockFeed<T> feed, RejectionTally rejected, Action loaded)
{
    const long DisorderMs = 5 * 60 * 1000;
    const long DayMs = 24 * 60 * 60 * 1000;
    const int LinesAhead = 1000;

    readonly Queue<Task<ParsedBlock<T>>> _requested = [];
    readonly List<ParsedBlock<T>> _blocks = []; // the current one first, then what was looked at ahead
    int _at = -1;
    bool _ended;
    bool _hasNewest;

    public LogFile File => file;

    public int Index => index;

    public int MaxLineBytes => maxLineBytes;

    public bool IsOpen { get; private set; }

    /// <summary>Time of the newest line up to the current one, Unix milliseconds.</summary>
    public long NewestMs { get; private set; }

    public long Lines { get; private set; }

    /// <summary>Lines handed out and not refused by <see cref="Refuse"/>.</summary>
    public long Accepted { get; private set; }

    public ref readonly T Current => ref _blocks[0].Item(_at);

    /// <summary>Goes to the next usable line; false at the end of the file, which is then closed.</summary>
    public bool MoveNext()
    {
        if (!IsOpen)
        {
            IsOpen = true;
            feed.CountOpen(1);
        }

        while (Step())
        {
            var timeMs = _blocks[0].TimeMs(_at);
            if (_hasNewest && timeMs < NewestMs - DisorderMs)
            {
                rejected.Add(RejectReason.OutOfOrder, file.Name, _blocks[0].Line(_at));
            }
            else if ((!_hasNewest || timeMs > NewestMs + DayMs) && !IsBacked(timeMs))
            {
                rejected.Add(RejectReason.FutureTime, file.Name, _blocks[0].Line(_at));
            }
            else
            {
                NewestMs = _hasNewest ? Math.Max(NewestMs, timeMs) : timeMs;
                _hasNewest = true;
                Accepted++;
                return true;
            }
        }

        feed.CountOpen(-1);
        return false;
    }

    /// <summary>The consumer could not use the current line: it came too late for it.</summary>
    public void Refuse()
    {
        Accepted--;
        rejected.Add(RejectReason.OutOfOrder, file.Name, _blocks[0].Line(_at));
    }

    bool Step()
    {
        _at++;
        while (_blocks.Count == 0 || _at >= _blocks[0].Count)
        {
            if (_blocks.Count > 0)
            {
                feed.GiveBack(_blocks[0]);
                _blocks.RemoveAt(0);
                _at = 0;
            }

            if (_blocks.Count == 0 && !Load())
            {
                return false;
            }
        }

        return true;
    }

    bool IsBacked(long timeMs)
    {
        var near = 0;
        var back = 0;
        var at = _at + 1;
        for (var block = 0; near + back < LinesAhead && (block < _blocks.Count || Load()); block++)
        {
            for (; at < _blocks[block].Count && near + back < LinesAhead; at++)
            {
                if (_blocks[block].TimeMs(at) < timeMs - DayMs)
                {
                    back++;
                }
                else
                {
                    near++;
                }
            }

            at = 0;
        }

        return near > back || (near == back && !_hasNewest);
    }

    // Takes the next block into _blocks; false at the end of the file.
    bool Load()
    {
        if (_ended)
        {
            return false;
        }

        while (_requested.Count < feed.BlocksAheadPerFile)
        {
            _requested.Enqueue(feed.Request(this));
        }

        var answer = _requested.Dequeue();
        answer.Wait(feed.Stopped);
        var block = answer.Result;
        if (block.IsEnd)
        {
            _ended = true;
            _requested.Clear();
            return false;
        }

        Lines += block.LineCount;
        foreach (var (reason, line) in block.Rejected)
        {
            rejected.Add(reason, file.Name, line);
        }

        _blocks.Add(block);
        loaded();
        return true;
    }
}
