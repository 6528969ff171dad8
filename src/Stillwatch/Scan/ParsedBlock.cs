using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Scan;

/// <summary>What a worker made of a block of lines: an item for each usable line, in the order of the file. Reused.</summary>
sealed class ParsedBlock<T>
{
    T[] _items = new T[256];
    long[] _timesMs = new long[256];
    long[] _lines = new long[256];

    public int Count { get; private set; }

    /// <summary>Lines that are not blank, refused ones included.</summary>
    public long LineCount { get; private set; }

    public List<(RejectReason Reason, long Line)> Rejected { get; } = [];

    /// <summary>Nothing more comes from this file.</summary>
    public bool IsEnd { get; init; }

    public ref readonly T Item(int index) => ref _items[index];

    /// <summary>Unix time, milliseconds.</summary>
    public long TimeMs(int index) => _timesMs[index];

    /// <summary>1-based line number in the file.</summary>
    public long Line(int index) => _lines[index];

    public void Clear()
    {
        Count = 0;
        LineCount = 0;
        Rejected.Clear();
    }

    public void Add(in T item, long timeMs, long line)
    {
        if (Count == _items.Length)
        {
            Array.Resize(ref _items, Count * 2);
            Array.Resize(ref _timesMs, Count * 2);
            Array.Resize(ref _lines, Count * 2);
        }

        (_items[Count], _timesMs[Count], _lines[Count]) = (item, timeMs, line);
        Count++;
        LineCount++;
    }

    public void Reject(RejectReason reason, long line)
    {
        Rejected.Add((reason, line));
        LineCount += reason == RejectReason.TruncatedFile ? 0 : 1;
    }
}
