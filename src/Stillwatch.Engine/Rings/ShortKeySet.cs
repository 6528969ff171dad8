namespace Stillwatch.Engine.Rings;

/// <summary>An immutable map from 32-bit keys to small indices, asked millions of times a judgement: a bit filter, then open addressing.</summary>
internal sealed class ShortKeySet
{
    const int FilterBits = 1 << 17; // 16 KiB: stays in the first-level cache

    readonly ulong[] _filter = new ulong[FilterBits / 64];
    readonly uint[] _keys;
    readonly int[] _indices;
    readonly int _mask;

    /// <param name="keys">The key at position i gets index i; of equal keys the first wins.</param>
    public ShortKeySet(IReadOnlyList<uint> keys)
    {
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, keys.Count * 4));
        (_keys, _indices, _mask) = (new uint[size], new int[size], size - 1);
        for (var i = 0; i < keys.Count; i++)
        {
            Add(keys[i], i);
        }
    }

    public int IndexOf(uint key)
    {
        var hash = key * 0x9E3779B1; // Knuth's 32-bit multiplier
        if ((_filter[(hash >> 15) / 64] & (1UL << (int)((hash >> 15) % 64))) == 0)
        {
            return -1;
        }

        for (var slot = (int)(hash >> 3) & _mask; _keys[slot] != 0; slot = (slot + 1) & _mask)
        {
            if (_keys[slot] == key)
            {
                return _indices[slot];
            }
        }

        return -1;
    }

    void Add(uint key, int index)
    {
        var hash = key * 0x9E3779B1;
        _filter[(hash >> 15) / 64] |= 1UL << (int)((hash >> 15) % 64);
        var slot = (int)(hash >> 3) & _mask;
        while (_keys[slot] != 0)
        {
            if (_keys[slot] == key)
            {
                return;
            }

            slot = (slot + 1) & _mask;
        }

        (_keys[slot], _indices[slot]) = (key, index);
    }
}
