namespace Stillwatch.Engine.Traits;

/// <summary>Keyed hashes to row numbers, in one array by open addressing: one line of cache an answer, half of it empty at most.</summary>
/// <remarks>Keys are uniform already, so bits of their own are their place. Rows are given in order, from 0.</remarks>
internal sealed class KeyIndex
{
    const int MinSlots = 16;
    const int PartitionBits = 6; // equal for all keys of a partition

    Slot[] _slots = new Slot[MinSlots];

    public int Count { get; private set; }

    /// <summary>Bytes an index of so many keys takes at most.</summary>
    public static long BytesOf(int keys) => 16L * Math.Max(MinSlots, System.Numerics.BitOperations.RoundUpToPowerOf2((uint)keys * 2));

    /// <summary>The row of a key, -1 when it has none.</summary>
    public int Find(ulong key)
    {
        var slots = _slots;
        for (var at = (int)(key >> PartitionBits) & (slots.Length - 1); ; at = (at + 1) & (slots.Length - 1))
        {
            ref readonly var slot = ref slots[at];
            if (slot.Key == key || slot.RowPlusOne == 0)
            {
                return slot.RowPlusOne - 1;
            }
        }
    }

    /// <summary>Reads what <see cref="Find"/> will read first, so that it need not wait for memory. The value says nothing.</summary>
    public ulong Touch(ulong key) => _slots[(int)(key >> PartitionBits) & (_slots.Length - 1)].Key;

    /// <summary>Gives the next row to a key that has none.</summary>
    public int Add(ulong key)
    {
        if ((Count + 1) * 2 > _slots.Length)
        {
            var old = _slots;
            _slots = new Slot[old.Length * 2];
            foreach (var slot in old)
            {
                if (slot.RowPlusOne != 0)
                {
                    Put(slot);
                }
            }
        }

        Put(new Slot { Key = key, RowPlusOne = ++Count });
        return Count - 1;
    }

    /// <summary>Takes back the key that was added last of those that are there.</summary>
    public void RemoveLast(ulong key)
    {
        var mask = _slots.Length - 1;
        var gap = (int)(key >> PartitionBits) & mask;
        while (_slots[gap].Key != key)
        {
            gap = (gap + 1) & mask;
        }

        // What lies behind the gap and would be looked for across it moves into it (Knuth, volume 3, 6.4, algorithm R).
        for (var at = (gap + 1) & mask; _slots[at].RowPlusOne != 0; at = (at + 1) & mask)
        {
            var home = (int)(_slots[at].Key >> PartitionBits) & mask;
            if (((at - home) & mask) >= ((at - gap) & mask))
            {
                _slots[gap] = _slots[at];
                gap = at;
            }
        }

        _slots[gap] = default;
        Count--;
    }

    void Put(Slot slot)
    {
        var at = (int)(slot.Key >> PartitionBits) & (_slots.Length - 1);
        while (_slots[at].RowPlusOne != 0)
        {
            at = (at + 1) & (_slots.Length - 1);
        }

        _slots[at] = slot;
    }

    struct Slot
    {
        public ulong Key;
        public int RowPlusOne;
    }
}
