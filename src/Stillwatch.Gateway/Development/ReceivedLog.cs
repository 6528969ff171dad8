using System.Threading.Channels;

namespace Stillwatch.Gateway.Development;

/// <summary>The last requests that came in, for tests to look at. Bounded: the oldest goes. Thread-safe.</summary>
/// <param name="capacity">Requests kept; 0 keeps none and costs nothing.</param>
sealed class ReceivedLog(int capacity)
{
    /// <summary>Longer bodies are cut: these are looked at by people and tests.</summary>
    public const int MaxBodyBytes = 1024 * 1024;

    readonly Queue<ReceivedRequest> _kept = new(capacity); // its own lock
    readonly Channel<ReceivedRequest> _arrivals = Channel.CreateBounded<ReceivedRequest>(
        new BoundedChannelOptions(Math.Max(1, capacity)) { FullMode = BoundedChannelFullMode.DropOldest });

    public bool IsOn => capacity > 0;

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<ReceivedRequest> Snapshot()
    {
        lock (_kept)
        {
            return [.. _kept];
        }
    }

    /// <summary>Waits for the next request that nobody took from here yet.</summary>
    public ValueTask<ReceivedRequest> NextAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    public void Add(ReceivedRequest request)
    {
        lock (_kept)
        {
            if (_kept.Count == capacity)
            {
                _kept.Dequeue();
            }

            _kept.Enqueue(request);
        }

        _arrivals.Writer.TryWrite(request);
    }
}
