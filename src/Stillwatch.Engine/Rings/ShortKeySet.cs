namespace Stillwatch.Engine.Rings;

/// <summary>An immutable map from 32-bit keys to small indices, asked millions of times a judgement: a bit filter, then open addressing.</summary>
internal sealed class ShortKeySet
{
    const int FilterBitsPerKey = 32; // one key in thirty that is not there passes the filter
    const int MinFilterBits = 1 << 12;
    const int MaxFilterBits = 1 << 19; // 64 KiB: stays in the second-level cache

    readonly ulong[] _filter;
    readonly int _filterShift;
    readonly uint[] _keys;
    readonly int[] _indices;
    readonly int _mask;

    /// <param name="keys">The key at position i gets index i; of equal keys the first wins.</param>
    public ShortKeySet(IReadOnlyList<uint> keys)
    {
        var bits = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, keys.Count) * FilterBitsPerKey), MinFilterBits, MaxFilterBits);
        (_filter, _filterShift) = (new ulong[bits / 64], 32 - System.Numerics.BitOperations.Log2((uint)bits));
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
        var bit = hash >> _filterShift;
        if ((_filter[bit / 64] & (1UL << (int)(bit % 64))) == 0)
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
        _filter[(hash >> _filterShift) / 64] |= 1UL << (int)((hash >> _filterShift) % 64);
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
