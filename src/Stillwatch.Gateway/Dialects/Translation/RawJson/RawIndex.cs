namespace Stillwatch.Gateway.Dialects.Translation.RawJson;

/// <summary>Where the members of a large object stand, found in one scan, so that asking for ten of them does not scan a long
/// conversation ten times.</summary>
readonly ref struct RawIndex
{
    /// <summary>More members than either API has; beyond it the object is scanned for each question.</summary>
    public const int MaxMembers = 64;

    readonly Span<Entry> _entries;
    readonly int _count;

    public RawIndex(RawValue obj, Span<Entry> entries)
    {
        Object = obj;
        _entries = entries;
        foreach (var member in obj.Members)
        {
            if (_count == entries.Length)
            {
                _count = -1;
                return;
            }

            _entries[_count++] = new(Offset(obj, member.Name), member.Name.Length, Offset(obj, member.Value.Bytes), member.Value.Bytes.Length);
        }
    }

    public RawValue Object { get; }

    public RawValue this[ReadOnlySpan<byte> name]
    {
        get
        {
            if (_count < 0)
            {
                return Object[name];
            }

            foreach (var entry in _entries[.._count])
            {
                if (RawText.Equals(Object.Bytes.Slice(entry.Name, entry.NameBytes), name))
                {
                    return new(Object.Bytes.Slice(entry.Value, entry.ValueBytes));
                }
            }

            return default;
        }
    }

    static int Offset(RawValue obj, ReadOnlySpan<byte> slice)
    {
        obj.Bytes.Overlaps(slice, out var offset);
        return offset;
    }

    /// <summary>Where a member's name and value stand in the object's bytes.</summary>
    public readonly record struct Entry(int Name, int NameBytes, int Value, int ValueBytes);
}
