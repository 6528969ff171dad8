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
