using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Stillwatch.Engine.Exchanges;

/// <summary>A few ids of one exchange, <see cref="Capacity"/> at most.</summary>
/// <remarks>They lie within their exchange: a list would be two more objects to fetch from memory, mostly for one id or none.</remarks>
public struct IdSlices
{
    /// <summary>How many ids of each sort are kept of one exchange.</summary>
    public const int Capacity = 4;

    Slots _slots;

    public int Count { get; private set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<TextSlice> All => ((ReadOnlySpan<TextSlice>)_slots)[..Count];

    /// <summary>Adds <paramref name="id"/>; there must be room.</summary>
    public void Add(TextSlice id) => _slots[Count++] = id;

    /// <summary>Forgets the first id when there is no room for one more.</summary>
    public void MakeRoom()
    {
        if (Count == Capacity)
        {
            ((ReadOnlySpan<TextSlice>)_slots)[1..].CopyTo(_slots);
            Count--;
        }
    }

    [InlineArray(Capacity)]
    struct Slots
    {
        TextSlice _first;
    }
}
