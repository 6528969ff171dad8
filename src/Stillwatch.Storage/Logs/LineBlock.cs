using System.Buffers;

namespace Stillwatch.Storage.Logs;

/// <summary>A run of whole lines of one file, in a pooled buffer; give it back with <see cref="Dispose"/>.</summary>
public sealed class LineBlock : IDisposable
{
    readonly List<(int Start, int Length)> _lines = [];
    byte[] _bytes;

    internal LineBlock(int bytes) => _bytes = ArrayPool<byte>.Shared.Rent(bytes);

    /// <summary>1-based number in the file of the first line.</summary>
    public long FirstLine { get; internal set; }

    /// <summary>Lines, blank and too long ones included, so that numbers count on.</summary>
    public int Count => _lines.Count;

    /// <summary>The file ended here inside a compressed block, or its compressed bytes are damaged.</summary>
    public bool IsTruncated { get; internal set; }

    /// <summary>Whether this line was longer than the limit and is not held.</summary>
    public bool IsTooLong(int line) => _lines[line].Length < 0;

    /// <summary>The bytes of a line without its line end.</summary>
    public ReadOnlySpan<byte> this[int line] => _bytes.AsSpan(_lines[line].Start, Math.Max(0, _lines[line].Length));

    public void Dispose()
    {
        var bytes = _bytes;
        _bytes = [];
        if (bytes.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    internal Span<byte> Buffer => _bytes;

    internal void Add(int start, int length) => _lines.Add((start, length));

    internal void AddTooLong() => _lines.Add((0, -1));

    internal void Grow(int used)
    {
        var larger = ArrayPool<byte>.Shared.Rent(_bytes.Length * 2);
        _bytes.AsSpan(0, used).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
