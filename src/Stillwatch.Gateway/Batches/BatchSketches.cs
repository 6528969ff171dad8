using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Batches;

/// <summary>What is kept of one request of a batch until its result comes: no text.</summary>
sealed class BatchSketch
{
    public required string CustomId { get; init; }

    public ExchangeSketch Sketch;

    public required ModelNamePair Model { get; init; }

    /// <summary>Length of its <c>params</c>, for an estimate where the upstream states no input.</summary>
    public required int ParamsBytes { get; init; }
}

/// <summary>
/// Sketches of batches' requests between creation and results. In memory: a restart loses them, and detection then misses these exchanges;
/// the ledger does not.
/// </summary>
/// <remarks>
/// Bounded, some 600 bytes each. An account beyond its share loses its own oldest batch, so that nobody can flush out the others';
/// beyond the whole, the oldest batch goes. Every loss is counted when it happens (<c>evicted</c>), or when a result comes and there is
/// no sketch (<c>unsketched</c>: the restart). Thread-safe.
/// </remarks>
sealed class BatchSketches
{
    public const int MostSketches = 200_000;
    public const int MostOfAccount = 100_000; // one batch of the largest size

    readonly Lock _lock = new();
    readonly LinkedList<Kept> _batches = []; // oldest first
    readonly Dictionary<string, LinkedListNode<Kept>> _byId = new(StringComparer.Ordinal);
    int _total;

    /// <summary>Exchanges of batches that detection did not see, by reason.</summary>
    public ReasonTally Lost { get; } = new();

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _total;
            }
        }
    }

    public void Keep(string batch, string account, IReadOnlyCollection<BatchSketch> sketches)
    {
        lock (_lock)
        {
            Drop(batch);
            while (_total + sketches.Count > MostSketches && _batches.First is { } oldest)
            {
                Evict(oldest.Value);
            }

            while (_batches.Where(kept => kept.Account == account).Sum(kept => kept.Sketches.Count) + sketches.Count > MostOfAccount
                && _batches.FirstOrDefault(kept => kept.Account == account) is { } own)
            {
                Evict(own);
            }

            _byId[batch] = _batches.AddLast(new Kept(batch, account, sketches.ToDictionary(sketch => sketch.CustomId, StringComparer.Ordinal)));
            _total += sketches.Count;
        }
    }

    /// <summary>Takes one out; null when it was never kept or is gone, which is counted.</summary>
    public BatchSketch? Take(string batch, string customId)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(batch, out var node) && node.Value.Sketches.Remove(customId, out var sketch))
            {
                _total--;
                return sketch;
            }
        }

        Lost.Add("unsketched");
        return null;
    }

    /// <summary>The batch is over: what is still kept of it has no result.</summary>
    public void Forget(string batch)
    {
        lock (_lock)
        {
            Drop(batch);
        }
    }

    void Evict(Kept kept)
    {
        Lost.Add("evicted", kept.Sketches.Count);
        Drop(kept.Batch);
    }

    void Drop(string batch)
    {
        if (_byId.Remove(batch, out var node))
        {
            _total -= node.Value.Sketches.Count;
            _batches.Remove(node);
        }
    }

    sealed record Kept(string Batch, string Account, Dictionary<string, BatchSketch> Sketches);
}
