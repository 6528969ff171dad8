using System.Text;

namespace Stillwatch.Engine.Traits;

/// <summary>The traits of one partition behind a doorkeeper: a key becomes a trait when a second account shows it.</summary>
/// <remarks>
/// The doorkeeper has a fixed number of slots (tag and first account); a slot taken over by another key is how it forgets. So memory is flat
/// under any flood of unique keys, at the price that a template two accounts show far apart may be promoted late. A full trait table gives up a
/// quarter of its bytes and counts the traits that go: first those that nobody showed since the last time, then those with the fewest accounts,
/// the oldest first. So a flood of traits that two accounts share each pushes out itself, and a template that a third and a fourth account show stays.
/// Not thread-safe: one shard at a time.
/// </remarks>
internal sealed class TraitPartition
{
    const int MinSlots = 1024;

    const int Ahead = 16;

    const double GivenUp = 0.25;

    KeyIndex _index = new();
    readonly List<TraitState> _inOrder = [];
    readonly long _maxBytes;
    readonly Slot[] _slots;
    readonly Stack<Kept> _kept = [];
    ulong _touched; // says nothing; it keeps the reads that warm the cache from being optimised away

    /// <param name="doorkeeperSlots">Rounded up to a power of two, at least 1,024.</param>
    /// <param name="maxBytes">Of the traits, the doorkeeper apart.</param>
    public TraitPartition(int doorkeeperSlots, long maxBytes)
    {
        _slots = new Slot[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(MinSlots, doorkeeperSlots))];
        _maxBytes = maxBytes;
    }

    /// <summary>In order of promotion.</summary>
    public IReadOnlyList<TraitState> Traits => _inOrder;

    /// <summary>Traits given up because the table was full.</summary>
    public long Dropped { get; private set; }

    /// <summary>What the traits take in memory.</summary>
    public long Bytes { get; private set; }

    public void Sight(Sighting sighting) => Sight(sighting, _index.Find(sighting.Trait.Value));

    /// <summary>Takes sightings in their order.</summary>
    public void Sight(ReadOnlySpan<Sighting> sightings)
    {
        // Some at a time, each step for all of them before the next, and the first without a branch to guess wrong: the waits for memory lie side by side instead
        // of one after the other.
        Span<int> rows = stackalloc int[Ahead];
        while (!sightings.IsEmpty)
        {
            var now = sightings[..Math.Min(Ahead, sightings.Length)];
            var touched = _touched;
            foreach (ref readonly var sighting in now)
            {
                touched ^= _index.Touch(sighting.Trait.Value) ^ _slots[SlotOf(sighting.Trait.Value)].Key;
            }

            for (var i = 0; i < now.Length; i++)
            {
                rows[i] = _index.Find(now[i].Trait.Value);
            }

            for (var i = 0; i < now.Length; i++)
            {
                touched ^= rows[i] >= 0 ? _inOrder[rows[i]].Touch() : 0;
            }

            _touched = touched;
            var index = _index;
            for (var i = 0; i < now.Length; i++)
            {
                // One that was no trait may have become one since, and rows are new when traits were given up.
                Sight(now[i], rows[i] >= 0 && index == _index ? rows[i] : _index.Find(now[i].Trait.Value));
            }

            sightings = sightings[now.Length..];
        }
    }

    void Sight(Sighting sighting, int row)
    {
        if (row >= 0)
        {
            var trait = _inOrder[row];
            Bytes -= trait.Bytes;
            trait.Sight(sighting.Account);
            Bytes += trait.Bytes;
            if (Bytes > _maxBytes)
            {
                GiveUp();
            }

            return;
        }

        var key = sighting.Trait.Value;
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
        if (Bytes + TraitState.LeastBytes > _maxBytes)
        {
            GiveUp();
        }

        var trait = new TraitState(sighting.Trait);
        for (var i = 0; i < slot.Sightings; i++)
        {
            trait.Sight(slot.Account);
        }

        trait.Sight(sighting.Account);
        _index.Add(sighting.Trait.Value);
        _inOrder.Add(trait);
        Bytes += trait.Bytes;
        slot = default;
    }

    void GiveUp()
    {
        if (_kept.TryPeek(out var kept))
        {
            kept.All ??= [.. _inOrder.Select(trait => (trait, trait.IsFresh))];
        }

        var least = Enumerable.Range(0, _inOrder.Count).OrderBy(i => _inOrder[i].IsFresh ? _inOrder[i].Accounts.Length : 0).ToList(); // stable: the oldest first
        var gone = new bool[_inOrder.Count];
        var target = (long)((1 - GivenUp) * _maxBytes);
        for (var i = 0; i < least.Count && (Bytes > target || i == 0); i++)
        {
            gone[least[i]] = true;
            Bytes -= _inOrder[least[i]].Bytes;
            Dropped++;
        }

        var stays = _inOrder.Where((_, i) => !gone[i]).ToList();
        stays.ForEach(trait => trait.IsFresh = false);
        Refill(stays);
    }

    void Refill(List<TraitState> traits)
    {
        _inOrder.Clear();
        _inOrder.AddRange(traits);
        _index = new KeyIndex();
        traits.ForEach(trait => _index.Add(trait.Key.Value));
    }

    int SlotOf(ulong key) => (int)((key >> 8) & (ulong)(_slots.Length - 1));

    /// <summary>Notes what sightings of these keys will change, so that <see cref="TakeBack"/> can undo it.</summary>
    public void Keep(IReadOnlySet<ulong> keys)
    {
        int[] slots = [.. keys.Select(SlotOf).Distinct()];
        var kept = new Kept(_inOrder.Count, Dropped, Bytes, slots, [.. slots.Select(s => _slots[s])], [.. keys.Where(key => _index.Find(key) >= 0)], new MemoryStream());
        using var writer = new BinaryWriter(kept.Written, Encoding.UTF8, leaveOpen: true);
        foreach (var key in kept.Keys)
        {
            _inOrder[_index.Find(key)].Write(writer);
        }

        _kept.Push(kept);
    }

    /// <summary>Undoes everything since the first note, and forgets the notes.</summary>
    public void TakeBack()
    {
        while (_kept.TryPop(out var kept))
        {
            if (kept.All is { } all)
            {
                all.ForEach(one => one.Trait.IsFresh = one.IsFresh);
                Refill([.. all.Take(kept.Count).Select(one => one.Trait)]);
            }

            for (var i = _inOrder.Count - 1; i >= kept.Count; i--)
            {
                _index.RemoveLast(_inOrder[i].Key.Value);
                _inOrder.RemoveAt(i);
            }

            (Dropped, Bytes) = (kept.Dropped, kept.Bytes);
            for (var i = 0; i < kept.Slots.Length; i++)
            {
                _slots[kept.Slots[i]] = kept.Were[i];
            }

            kept.Written.Position = 0;
            using var reader = new BinaryReader(kept.Written);
            foreach (var key in kept.Keys)
            {
                _inOrder[_index.Find(key)].PutBack(reader);
            }
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
            _index.Add(trait.Key.Value);
            _inOrder.Add(trait);
            Bytes += trait.Bytes;
        }
    }

    struct Slot
    {
        public ulong Key;
        public ulong Account;
        public ushort Sightings;
    }

    /// <param name="Keys">Traits that were there and may change.</param>
    /// <param name="Written">What they were, as a snapshot has it.</param>
    sealed record Kept(int Count, long Dropped, long Bytes, int[] Slots, Slot[] Were, ulong[] Keys, MemoryStream Written)
    {
        /// <summary>Every trait in its order, from before the first time that some were given up.</summary>
        public List<(TraitState Trait, bool IsFresh)>? All { get; set; }
    }
}
