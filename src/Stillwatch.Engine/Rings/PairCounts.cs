namespace Stillwatch.Engine.Rings;

/// <summary>How often each pair of small numbers was seen together, by open addressing: counted millions of times a judgement.</summary>
/// <param name="expected">Different pairs; it grows beyond.</param>
internal sealed class PairCounts(int expected)
{
    const int MinSlots = 1 << 10;

    Slot[] _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, 2 * expected))];
    int _used;

    /// <summary>Every pair with its count, in no order.</summary>
    public IEnumerable<(int A, int B, int Count)> All
    {
        get
        {
            foreach (var slot in _slots)
            {
                if (slot.Count != 0)
                {
                    yield return ((int)(slot.Pair >> 32), (int)(uint)slot.Pair, slot.Count);
                }
            }
        }
    }

    public void Add(int a, int b, int count) => Add(((ulong)a << 32) | (uint)b, count);

    void Add(ulong pair, int count)
    {
        ref var slot = ref Find(pair);
        if (slot.Count == 0)
        {
            if (++_used * 2 > _slots.Length)
            {
                Grow();
                slot = ref Find(pair);
            }

            slot.Pair = pair;
        }

        slot.Count += count;
    }

    ref Slot Find(ulong pair)
    {
        var slots = _slots;
        var at = (int)((pair * 0x9E3779B97F4A7C15) >> 32) & (slots.Length - 1); // the multiplier of Fibonacci hashing
        while (slots[at].Count != 0 && slots[at].Pair != pair)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        return ref slots[at];
    }

    void Grow()
    {
        var old = _slots;
        _slots = new Slot[old.Length * 2];
        foreach (var slot in old)
        {
            if (slot.Count != 0)
            {
                Find(slot.Pair) = slot;
            }
        }
    }

    struct Slot
    {
        public ulong Pair;
        public int Count;
    }
}
