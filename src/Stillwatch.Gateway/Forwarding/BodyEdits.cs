using System.Buffers;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Replacements inside a body whose other bytes stay as they came. In the order of their places; a handful for each request.</summary>
sealed class BodyEdits
{
    readonly List<(int Start, int Length, byte[] Replacement)> _edits = [];

    public bool IsEmpty => _edits.Count == 0;

    /// <summary>How much longer the body gets.</summary>
    public int Growth { get; private set; }

    /// <summary>Puts <paramref name="replacement"/> where <paramref name="length"/> bytes stood; length 0 inserts.</summary>
    public void Replace(int start, int length, byte[] replacement)
    {
        var at = _edits is [.., var last] && last.Start > start ? _edits.FindIndex(edit => edit.Start > start) : -1; // a batch has many, in order
        _edits.Insert(at < 0 ? _edits.Count : at, (start, length, replacement));
        Growth += replacement.Length - length;
    }

    /// <summary>Takes over the edits of a part of this body that begins at <paramref name="offset"/>.</summary>
    public void Add(BodyEdits part, int offset)
    {
        foreach (var (start, length, replacement) in part._edits)
        {
            Replace(start + offset, length, replacement);
        }
    }

    /// <summary>Begins anew.</summary>
    public void Clear()
    {
        _edits.Clear();
        Growth = 0;
    }

    /// <summary>Writes the edited body.</summary>
    public void WriteTo(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var at = 0;
        foreach (var (start, length, replacement) in _edits)
        {
            output.Write(body[at..start]);
            output.Write(replacement);
            at = start + length;
        }

        output.Write(body[at..]);
    }

    /// <summary>The edited body, piece by piece.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Pieces(ReadOnlyMemory<byte> body)
    {
        var at = 0;
        foreach (var (start, length, replacement) in _edits)
        {
            if (start > at)
            {
                yield return body[at..start];
            }

            yield return replacement;
            at = start + length;
        }

        yield return body[at..];
    }
}
