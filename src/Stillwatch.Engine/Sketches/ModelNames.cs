using System.Collections.Concurrent;
using System.Text;

namespace Stillwatch.Engine.Sketches;

/// <summary>Model names as small numbers. Names are the operator's, not the caller's content, and bounded: the rest is <c>other</c>.</summary>
public sealed class ModelNames
{
    /// <summary>How many different names are kept; a flood of invented names ends in index 0.</summary>
    public const int Capacity = 4096;

    readonly ConcurrentDictionary<string, int> _indices = new();
    readonly ConcurrentDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    readonly List<string> _names = ["other"];
    readonly Lock _lock = new(); // guards _names and the assignment of indices

    public ModelNames() => _lookup = _indices.GetAlternateLookup<ReadOnlySpan<char>>();

    public string this[int index]
    {
        get
        {
            lock (_lock)
            {
                return _names[index];
            }
        }
    }

    /// <summary>The index of a model's name; 0 when the table is full or the name is longer than 256 bytes.</summary>
    public int IndexOf(ReadOnlySpan<byte> name)
    {
        if (name.Length > 256)
        {
            return 0;
        }

        Span<char> chars = stackalloc char[256];
        var text = chars[..Encoding.UTF8.GetChars(name, chars)];
        return _lookup.TryGetValue(text, out var index) ? index : Add(text.ToString());
    }

    int Add(string name)
    {
        lock (_lock)
        {
            if (_indices.TryGetValue(name, out var index) || _names.Count >= Capacity)
            {
                return index;
            }

            _names.Add(name);
            _indices[name] = _names.Count - 1;
            return _names.Count - 1;
        }
    }

    internal void Write(BinaryWriter writer)
    {
        lock (_lock)
        {
            writer.Write(_names.Count);
            _names.ForEach(writer.Write);
        }
    }

    internal void Read(BinaryReader reader)
    {
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            if (reader.ReadString() is var name && name != _names[0])
            {
                Add(name);
            }
        }
    }
}
