using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Provenance;

/// <summary>How often each presenter brought back each owner's outputs. Bounded: new pairs beyond the limit are counted and let go.</summary>
internal sealed class CrossingTable
{
    public const int MinRepeats = 2;

    const int MaxPairs = 1 << 18;

    readonly Dictionary<(ulong Owner, ulong Presenter), int> _counts = [];

    public long Dropped { get; private set; }

    /// <summary>Pairs in ascending order, so that whoever sums over them sums in one order.</summary>
    public IEnumerable<(ulong Owner, ulong Presenter, int Count)> Pairs =>
        _counts.Select(p => (p.Key.Owner, p.Key.Presenter, p.Value)).OrderBy(p => p.Owner).ThenBy(p => p.Presenter);

    /// <summary>Pairs seen twice or more, in no order: once is chance or boilerplate.</summary>
    public IEnumerable<(ulong Owner, ulong Presenter)> Repeated => _counts.Where(p => p.Value >= MinRepeats).Select(p => p.Key);

    public int PairCount => _counts.Count;

    /// <summary>Takes an epoch's crossings; several fingerprints of one exchange count once.</summary>
    public void Add(List<Crossing> crossings)
    {
        foreach (var crossing in InOrder(crossings))
        {
            var pair = (crossing.Owner, crossing.Presenter);
            if (_counts.TryGetValue(pair, out var count))
            {
                _counts[pair] = count + 1;
            }
            else if (_counts.Count < MaxPairs)
            {
                _counts[pair] = 1;
            }
            else
            {
                Dropped++;
            }
        }
    }

    /// <summary>Takes back the epoch's crossings that were added last.</summary>
    public void Remove(List<Crossing> crossings)
    {
        foreach (var crossing in InOrder(crossings))
        {
            var pair = (crossing.Owner, crossing.Presenter);
            if (!_counts.TryGetValue(pair, out var count))
            {
                Dropped--; // it found no room
            }
            else if (count > 1)
            {
                _counts[pair] = count - 1;
            }
            else
            {
                _counts.Remove(pair);
            }
        }
    }

    static IEnumerable<Crossing> InOrder(List<Crossing> crossings) => crossings.Distinct().OrderBy(c => c.Order).ThenBy(c => c.Owner);

    public void Write(BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.WriteAll<Pair>(Pairs.Select(p => new Pair { Owner = p.Owner, Presenter = p.Presenter, Count = p.Count }).ToArray());
    }

    public void Read(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        foreach (var pair in reader.ReadAll<Pair>())
        {
            _counts[(pair.Owner, pair.Presenter)] = pair.Count;
        }
    }

    struct Pair
    {
        public ulong Owner;
        public ulong Presenter;
        public int Count;
    }
}
