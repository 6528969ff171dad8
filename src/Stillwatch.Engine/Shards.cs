using System.Runtime.InteropServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine;

/// <summary>The partitions of accounts, traits and own outputs, and the shards that work on them.</summary>
/// <remarks>
/// An epoch goes through block by block, each in two rounds of messages: exchanges to account partitions, then sightings and fingerprints to trait partitions. A
/// partition gets its messages in the epoch's order whatever shard owns it, so any number of shards leaves the same state. No shard reads
/// another's memory: each writes only to outboxes of its own.
/// </remarks>
internal sealed class Shards
{
    const int Partitions = MemoryShare.Partitions;
    const int BlockExchanges = 1 << 14; // what it sends takes some 16 MiB of outboxes
    const int MinParallel = 1 << 11; // fewer exchanges are taken before another thread is awake

    readonly AccountPartition[] _accounts = new AccountPartition[Partitions];
    readonly TraitPartition[] _traits = new TraitPartition[Partitions];
    readonly OwnOutputPartition[] _outputs = new OwnOutputPartition[Partitions];
    readonly AccountDirectory _directory;
    readonly int _shards;

    // Outboxes, by source partition (identity sightings) or target partition; emptied every epoch, kept for their capacity. What an epoch's
    // exchanges send is posted slice by slice, a slice a shard, and read slice after slice: that is the epoch's order.
    readonly List<int>[] _exchangesOf = NewLists<int>();
    readonly List<Sighting>[] _identitySightings = NewLists<Sighting>();
    readonly List<Sighting>[] _identities = NewLists<Sighting>();
    readonly List<Sighting>[][] _sightings;
    readonly List<OutputMessage>[][] _messages;
    readonly List<Crossing>[] _crossings = NewLists<Crossing>();
    readonly ulong[] _actors = new ulong[BlockExchanges]; // of a block's exchanges: each written by the shard of its account

    public Shards(DetectorSettings settings, AccountDirectory directory)
    {
        var memory = new MemoryShare(settings.MemoryBytes);
        _directory = directory;
        _shards = Math.Clamp(settings.Shards, 1, Partitions);
        _sightings = [.. Enumerable.Range(0, _shards).Select(_ => NewLists<Sighting>())];
        _messages = [.. Enumerable.Range(0, _shards).Select(_ => NewLists<OutputMessage>())];
        for (var p = 0; p < Partitions; p++)
        {
            _accounts[p] = new AccountPartition(directory, memory.AccountBytes);
            _traits[p] = new TraitPartition(memory.DoorkeeperSlots, memory.TraitBytes);
            _outputs[p] = new OwnOutputPartition(memory.OutputSlots);
        }
    }

    public IReadOnlyList<AccountPartition> Accounts => _accounts;

    public IReadOnlyList<TraitPartition> Traits => _traits;

    /// <summary>State given up because a table was full.</summary>
    public long Dropped => _accounts.Sum(a => a.Dropped) + _traits.Sum(t => t.Dropped);

    /// <summary>Takes an epoch's exchanges, in order; returns the crossings seen.</summary>
    /// <param name="isTried">The epoch is to be taken back: <see cref="TakeBack"/>.</param>
    public List<Crossing> Apply(List<ExchangeSketch> epoch, bool isTried = false)
    {
        var crossings = new List<Crossing>();
        for (var from = 0; from < epoch.Count; from += BlockExchanges)
        {
            Apply(epoch, from, Math.Min(epoch.Count, from + BlockExchanges), isTried);
            foreach (var part in _crossings)
            {
                crossings.AddRange(part);
            }
        }

        return crossings;
    }

    /// <summary>Takes back every epoch that was tried. It costs what they touched, and once in a while, when they filled a table, a list of the table.</summary>
    public void TakeBack() => OnPartitions(isParallel: true, p =>
    {
        _accounts[p].TakeBack();
        _traits[p].TakeBack();
        _outputs[p].TakeBack();
    });

    void Apply(List<ExchangeSketch> epoch, int from, int to, bool isTried)
    {
        // 1. Exchanges to account partitions.
        Clear(_exchangesOf);
        var sketches = CollectionsMarshal.AsSpan(epoch);
        for (var i = from; i < to; i++)
        {
            _exchangesOf[PartitionOf(sketches[i].Account)].Add(i - from);
        }

        var isParallel = to - from >= MinParallel;
        OnPartitions(isParallel, p =>
        {
            _identitySightings[p].Clear();
            if (isTried)
            {
                _accounts[p].Keep(_exchangesOf[p].Select(i => epoch[from + i].Account).ToHashSet());
            }

            _accounts[p].Add(CollectionsMarshal.AsSpan(epoch)[from..to], CollectionsMarshal.AsSpan(_exchangesOf[p]), _identitySightings[p], _actors);
        });

        // 2. Sightings and fingerprints to their partitions, in the epoch's order; identity sightings first, in order of account partition.
        Clear(_identities);
        foreach (var sighting in _identitySightings.SelectMany(outbox => outbox))
        {
            _identities[PartitionOf(sighting.Trait.Value)].Add(sighting);
        }

        OnShards(isParallel, slice =>
        {
            var (first, end) = ((to - from) * slice / _shards, (to - from) * (slice + 1) / _shards);
            Post(CollectionsMarshal.AsSpan(epoch)[(from + first)..(from + end)], _actors.AsSpan(first, end - first), _sightings[slice], _messages[slice]);
        });

        // 3. Traits and own outputs.
        OnPartitions(isParallel, p =>
        {
            if (isTried)
            {
                _traits[p].Keep(_identities[p].Concat(_sightings.SelectMany(slice => slice[p])).Select(sighting => sighting.Trait.Value).ToHashSet());
                _outputs[p].Keep(_messages.SelectMany(slice => slice[p]).Select(message => message.Fingerprint));
            }

            _traits[p].Sight(CollectionsMarshal.AsSpan(_identities[p]));
            _crossings[p].Clear();
            for (var slice = 0; slice < _shards; slice++)
            {
                _traits[p].Sight(CollectionsMarshal.AsSpan(_sightings[slice][p]));
                _outputs[p].Take(CollectionsMarshal.AsSpan(_messages[slice][p]), _crossings[p]);
            }
        });
    }

    static void Post(ReadOnlySpan<ExchangeSketch> sketches, ReadOnlySpan<ulong> actors, List<Sighting>[] sightings, List<OutputMessage>[] messages)
    {
        Clear(sightings);
        Clear(messages);
        for (var i = 0; i < sketches.Length; i++)
        {
            ref readonly var sketch = ref sketches[i];
            for (var k = 0; k < sketch.KeyCount; k++)
            {
                sightings[PartitionOf(sketch.Keys[k])].Add(new Sighting(new TraitKey(sketch.Keys[k]), sketch.Account));
            }

            Post(sketch.Heard, sketch, actors[i], isSaid: false, messages);
            Post(sketch.Presented, sketch, actors[i], isSaid: false, messages);
            Post(sketch.Said, sketch, actors[i], isSaid: true, messages);
            Post(sketch.Issued, sketch, actors[i], isSaid: true, messages);
        }
    }

    static void Post(ReadOnlySpan<ulong> fingerprints, in ExchangeSketch sketch, ulong actor, bool isSaid, List<OutputMessage>[] messages)
    {
        foreach (var fingerprint in fingerprints)
        {
            if (fingerprint != 0)
            {
                messages[PartitionOf(fingerprint)].Add(new OutputMessage(fingerprint, sketch.Account, actor, sketch.Order, isSaid));
            }
        }
    }

    /// <summary>Runs work on each partition, each shard on its own ones.</summary>
    void OnPartitions(bool isParallel, Action<int> work) => OnShards(isParallel, shard =>
    {
        for (var p = shard; p < Partitions; p += _shards)
        {
            work(p);
        }
    });

    void OnShards(bool isParallel, Action<int> work)
    {
        if (isParallel && _shards > 1)
        {
            Parallel.For(0, _shards, new ParallelOptions { MaxDegreeOfParallelism = _shards }, work);
            return;
        }

        for (var shard = 0; shard < _shards; shard++)
        {
            work(shard);
        }
    }

    /// <summary>Takes what the directory says of an account now; returns what was known of it, null when it was not seen yet.</summary>
    /// <remarks>Nothing new is sighted: payers and devices are linked from the accounts' facts, the trait tables serve what is asked.</remarks>
    public (AccountFacts? Before, AccountFacts After)? Learn(ulong account)
    {
        if (_directory[account] is not { } after || _accounts[PartitionOf(account)].Find(account) is not { } state)
        {
            return null;
        }

        var before = state.Facts;
        state.Learn(after);
        return (before, after);
    }

    public void Write(BinaryWriter writer)
    {
        for (var p = 0; p < Partitions; p++)
        {
            _accounts[p].Write(writer);
            _traits[p].Write(writer);
            _outputs[p].Write(writer);
        }
    }

    public void Read(BinaryReader reader)
    {
        for (var p = 0; p < Partitions; p++)
        {
            _accounts[p].Read(reader);
            _traits[p].Read(reader);
            _outputs[p].Read(reader);
        }
    }

    /// <summary>Keyed hashes are uniform: their lowest bits share the load out.</summary>
    static int PartitionOf(ulong hash) => (int)(hash & (Partitions - 1));

    static List<T>[] NewLists<T>() => [.. Enumerable.Range(0, Partitions).Select(_ => new List<T>())];

    static void Clear<T>(List<T>[] lists)
    {
        foreach (var list in lists)
        {
            list.Clear();
        }
    }
}
