using System.Text;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine;

/// <summary>What an epoch touched, as it was before: written like a snapshot, of the touched accounts, traits and slots alone.</summary>
/// <remarks>So a question about an open epoch costs memory for what that epoch touched, never for the tables. One partition at a time by one shard.</remarks>
internal sealed class EpochUndo
{
    readonly MemoryStream[] _kept = [.. Enumerable.Range(0, MemoryShare.Partitions).Select(_ => new MemoryStream())];

    /// <summary>Crossings the epoch added to their table.</summary>
    public List<Crossing> Crossings { get; set; } = [];

    public void Keep(int partition, AccountPartition accounts, IEnumerable<ulong> names) => Write(partition, writer => accounts.Keep(names.ToHashSet(), writer));

    public void Keep(int partition, TraitPartition traits, IEnumerable<ulong> keys) => Write(partition, writer => traits.Keep(keys.ToHashSet(), writer));

    public void Keep(int partition, OwnOutputPartition outputs, IEnumerable<ulong> fingerprints) =>
        Write(partition, writer => outputs.Keep(fingerprints.ToHashSet(), writer));

    /// <summary>Reads in the order of the calls above: accounts, traits, outputs.</summary>
    public void PutBack(int partition, AccountPartition accounts, TraitPartition traits, OwnOutputPartition outputs)
    {
        _kept[partition].Position = 0;
        using var reader = new BinaryReader(_kept[partition], Encoding.UTF8, leaveOpen: true);
        accounts.PutBack(reader);
        traits.PutBack(reader);
        outputs.PutBack(reader);
    }

    void Write(int partition, Action<BinaryWriter> write)
    {
        using var writer = new BinaryWriter(_kept[partition], Encoding.UTF8, leaveOpen: true);
        write(writer);
    }
}
