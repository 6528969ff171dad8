using System.Buffers;
using System.Numerics;

namespace Stillwatch.Engine.Rings;

/// <summary>Different items and how many members asked each, by open addressing in rented memory: a large ring asks a hundred thousand, many times a judgement.</summary>
internal sealed class ItemCounts : IDisposable
{
    const int MinSlots = 16;

    readonly Slot[] _slots;
    readonly int _used; // slots; a rented array may be longer
    readonly int _shift;

    /// <param name="most">Items that will be added, at most.</param>
    public ItemCounts(int most)
    {
        _used = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, 2 * most));
        _shift = 32 - BitOperations.Log2((uint)_used);
        _slots = ArrayPool<Slot>.Shared.Rent(_used);
        _slots.AsSpan(0, _used).Clear();
    }

    /// <summary>Different items.</summary>
    public int Count { get; private set; }

    /// <param name="item">Not 0.</param>
    /// <param name="member">All items of one member come one after the other.</param>
    public void Add(uint item, int member)
    {
        var slots = _slots.AsSpan(0, _used);
        var at = (int)((item * 0x9E3779B1) >> _shift); // Knuth's 32-bit multiplier
        while (slots[at].Item != 0 && slots[at].Item != item)
        {
            at = (at + 1) & (slots.Length - 1);
        }

        ref var slot = ref slots[at];
        Count += slot.Item == 0 ? 1 : 0;
        slot.Members += slot.Item == 0 || slot.Last != member ? 1 : 0;
        (slot.Item, slot.Last) = (item, member);
    }

    /// <summary>Items that so many members asked.</summary>
    public int AskedBy(double members)
    {
        var asked = 0;
        foreach (ref readonly var slot in _slots.AsSpan(0, _used))
        {
            asked += slot.Members >= members ? 1 : 0;
        }

        return asked;
    }

    public void Dispose() => ArrayPool<Slot>.Shared.Return(_slots);

    struct Slot
    {
        public uint Item;
        public int Last;
        public int Members;
    }
}
