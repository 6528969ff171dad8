namespace Stillwatch.Engine.Traits;

/// <summary>The traits of one partition behind a doorkeeper: a key becomes a trait when a second account shows it.</summary>
/// <remarks>
/// The doorkeeper has a fixed number of slots (tag and first account); a slot taken over by another key is how it forgets. So memory is flat
/// under any flood of unique keys, at the price that a template two accounts show far apart may be promoted late. A full trait table refuses
/// new traits and counts them. Not thread-safe: one shard at a time.
/// </remarks>
internal sealed class TraitPartition
{
    const int MinSlots = 1024;

    readonly Dictionary<ulong, TraitState> _traits = [];
    readonly List<TraitState> _inOrder = [];
    readonly Slot[] _slots;
    readonly int _maxTraits;

    /// <param name="doorkeeperSlots">Rounded up to a power of two, at least 1,024.</param>
    public TraitPartition(int doorkeeperSlots, int maxTraits)
    {
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, doorkeeperSlots))];
        _maxTraits = maxTraits;
    }

    /// <summary>In order of promotion.</summary>
    public IReadOnlyList<TraitState> Traits => _inOrder;

    /// <summary>Promotions refused because the table was full.</summary>
    public long Dropped { get; private set; }

    public void Sight(Sighting sighting)
    {
        var key = sighting.Trait.Value;
        if (_traits.TryGetValue(key, out var trait))
        {
            trait.Sight(sighting.Account);
            return;
        }

        ref var slot = ref _slots[SlotOf(key)];
        if (slot.Key != key)
        {
            slot = new Slot { Key = key, Account = sighting.Account, Sightings = 1 };
        }
        else if (slot.Account == sighting.Account)
        {
            slot.Sightings = (ushort)Math.Min(ushort.MaxValue, slot.Sightings + 1);
        }
        else
        {
            Promote(ref slot, sighting);
        }
    }

    void Promote(ref Slot slot, Sighting sighting)
    {
        if (_inOrder.Count >= _maxTraits)
        {
            Dropped++;
            return;
        }

        var trait = new TraitState(sighting.Trait);
        for (var i = 0; i < slot.Sightings; i++)
        {
            trait.Sight(slot.Account);
        }

        trait.Sight(sighting.Account);
        _traits.Add(sighting.Trait.Value, trait);
        _inOrder.Add(trait);
        slot = default;
    }

    int SlotOf(ulong key) => (int)((key >> 8) & (ulong)(_slots.Length - 1));

    /// <summary>Writes what <see cref="PutBack"/> needs to undo what sightings of these keys will do.</summary>
    public void Keep(IReadOnlySet<ulong> keys, BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.Write(_inOrder.Count);
        var slots = keys.Select(SlotOf).Distinct().ToList();
        writer.WriteAll<int>(slots.ToArray());
        writer.WriteAll<Slot>(slots.Select(s => _slots[s]).ToArray());
        var known = keys.Where(_traits.ContainsKey).ToArray();
        writer.WriteAll<ulong>(known);
        foreach (var key in known)
        {
            _traits[key].Write(writer);
        }
    }

    public void PutBack(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        var count = reader.ReadInt32();
        _inOrder.Skip(count).ToList().ForEach(trait => _traits.Remove(trait.Key.Value));
        _inOrder.RemoveRange(count, _inOrder.Count - count);
        foreach (var (index, slot) in reader.ReadAll<int>().Zip(reader.ReadAll<Slot>()))
        {
            _slots[index] = slot;
        }

        foreach (var key in reader.ReadAll<ulong>())
        {
            _traits[key].PutBack(reader);
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.WriteAll<Slot>(_slots);
        writer.Write(_inOrder.Count);
        foreach (var trait in _inOrder)
        {
            trait.Write(writer);
        }
    }

    /// <exception cref="InvalidDataException">The snapshot was made with another memory budget.</exception>
    public void Read(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        var slots = reader.ReadAll<Slot>();
        if (slots.Length != _slots.Length)
        {
            throw new InvalidDataException($"The snapshot's doorkeeper has {slots.Length} slots, this detector's {_slots.Length}: use the same memory budget.");
        }

        slots.CopyTo(_slots, 0);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var trait = TraitState.Read(reader);
            _traits.Add(trait.Key.Value, trait);
            _inOrder.Add(trait);
        }
    }

    struct Slot
    {
        public ulong Key;
        public ulong Account;
        public ushort Sightings;
    }
}
