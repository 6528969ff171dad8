using System.Runtime.InteropServices;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine;

/// <summary>The partitions of accounts, traits and own outputs, and the shards that work on them.</summary>
/// <remarks>
/// An epoch goes through in two rounds of messages: exchanges to account partitions, then sightings and fingerprints to trait partitions. A
/// partition gets its messages in the epoch's order whatever shard owns it, so any number of shards leaves the same state. No shard reads
/// another's memory: each writes only to outboxes of its own.
/// </remarks>
internal sealed class Shards
{
    const int Partitions = MemoryShare.Partitions;

    readonly AccountPartition[] _accounts = new AccountPartition[Partitions];
    readonly TraitPartition[] _traits = new TraitPartition[Partitions];
    readonly OwnOutputPartition[] _outputs = new OwnOutputPartition[Partitions];
    readonly AccountDirectory _directory;
    readonly int _shards;

    // Outboxes, by source partition (identity sightings) or target partition; emptied every epoch, kept for their capacity.
    readonly List<int>[] _exchangesOf = NewLists<int>();
    readonly List<Sighting>[] _identitySightings = NewLists<Sighting>();
    readonly List<Sighting>[] _sightings = NewLists<Sighting>();
    readonly List<OutputMessage>[] _messages = NewLists<OutputMessage>();
    readonly List<Crossing>[] _crossings = NewLists<Crossing>();

    public Shards(DetectorSettings settings, AccountDirectory directory)
    {
        var memory = new MemoryShare(settings.MemoryBytes);
        _directory = directory;
        _shards = Math.Clamp(settings.Shards, 1, Partitions);
        for (var p = 0; p < Partitions; p++)
        {
            _accounts[p] = new AccountPartition(directory, memory.SampleSize, memory.MaxAccounts);
            _traits[p] = new TraitPartition(memory.DoorkeeperSlots, memory.MaxTraits);
            _outputs[p] = new OwnOutputPartition(memory.OutputSlots);
        }
    }

    public IReadOnlyList<AccountPartition> Accounts => _accounts;

    public IReadOnlyList<TraitPartition> Traits => _traits;

    /// <summary>State given up because a table was full.</summary>
    public long Dropped => _accounts.Sum(a => a.Dropped) + _traits.Sum(t => t.Dropped);

    /// <summary>Takes an epoch's exchanges, in order; returns the crossings seen.</summary>
    /// <param name="undo">Filled with what <see cref="Undo"/> needs to take the epoch back.</param>
    public List<Crossing> Apply(List<ExchangeSketch> epoch, EpochUndo? undo = null)
    {
        // 1. Exchanges to account partitions.
        Clear(_exchangesOf);
        var sketches = CollectionsMarshal.AsSpan(epoch);
        for (var i = 0; i < sketches.Length; i++)
        {
            _exchangesOf[PartitionOf(sketches[i].Account)].Add(i);
        }

        OnShards(p =>
        {
            _identitySightings[p].Clear();
            undo?.Keep(p, _accounts[p], _exchangesOf[p].Select(i => epoch[i].Account));
            var own = CollectionsMarshal.AsSpan(epoch);
            foreach (var i in _exchangesOf[p])
            {
                _accounts[p].Add(own[i], _identitySightings[p]);
            }
        });

        // 2. Sightings and fingerprints to their partitions, in the epoch's order; identity sightings in order of account partition.
        Post(sketches);

        // 3. Traits and own outputs.
        OnShards(p =>
        {
            undo?.Keep(p, _traits[p], _sightings[p].Select(s => s.Trait.Value));
            undo?.Keep(p, _outputs[p], _messages[p].Select(m => m.Fingerprint));
            foreach (var sighting in _sightings[p])
            {
                _traits[p].Sight(sighting);
            }

            _crossings[p].Clear();
            foreach (ref readonly var message in CollectionsMarshal.AsSpan(_messages[p]))
            {
                if (message.IsSaid)
                {
                    _outputs[p].Said(message);
                }
                else
                {
                    _outputs[p].Heard(message, _crossings[p]);
                }
            }
        });
        return [.. _crossings.SelectMany(c => c)];
    }

    /// <summary>Takes back an epoch: the last that was applied and was not taken back.</summary>
    public void Undo(EpochUndo undo) => OnShards(p => undo.PutBack(p, _accounts[p], _traits[p], _outputs[p]));

    void Post(ReadOnlySpan<ExchangeSketch> sketches)
    {
        Clear(_sightings);
        Clear(_messages);
        foreach (var outbox in _identitySightings)
        {
            foreach (var sighting in outbox)
            {
                _sightings[PartitionOf(sighting.Trait.Value)].Add(sighting);
            }
        }

        foreach (ref readonly var sketch in sketches)
        {
            for (var k = 0; k < sketch.KeyCount; k++)
            {
                _sightings[PartitionOf(sketch.Keys[k])].Add(new Sighting(new TraitKey(sketch.Keys[k]), sketch.Account));
            }

            var organization = _directory[sketch.Account]?.Organization is > 0 and var known ? known : sketch.Organization;
            var actor = organization == 0 ? sketch.Account : organization;
            Post(sketch.Heard, sketch, actor, isSaid: false);
            Post(sketch.Presented, sketch, actor, isSaid: false);
            Post(sketch.Said, sketch, actor, isSaid: true);
            Post(sketch.Issued, sketch, actor, isSaid: true);
        }
    }

    void Post(ReadOnlySpan<ulong> fingerprints, in ExchangeSketch sketch, ulong actor, bool isSaid)
    {
        foreach (var fingerprint in fingerprints)
        {
            if (fingerprint != 0)
            {
                _messages[PartitionOf(fingerprint)].Add(new OutputMessage(fingerprint, sketch.Account, actor, sketch.Order, isSaid));
            }
        }
    }

    void OnShards(Action<int> work)
    {
        if (_shards == 1)
        {
            for (var p = 0; p < Partitions; p++)
            {
                work(p);
            }

            return;
        }

        Parallel.For(0, _shards, new ParallelOptions { MaxDegreeOfParallelism = _shards }, shard =>
        {
            for (var p = shard; p < Partitions; p += _shards)
            {
                work(p);
            }
        });
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
