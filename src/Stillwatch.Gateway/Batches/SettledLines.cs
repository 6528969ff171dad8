using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Batches;

/// <summary>
/// Which lines of a batch's results have been counted, so that each is once, however often and by how many callers at a time they are
/// fetched.
/// </summary>
/// <remarks>
/// A count from the first line on: an upstream keeps results as a file and sends them in the same order each time. It is on disk at the
/// end of each fetch and every <see cref="SaveEvery"/> lines; a killed process may count those between twice. Thread-safe.
/// </remarks>
sealed class SettledLines(OwnershipStore owners)
{
    const int SaveEvery = 1000;

    readonly Dictionary<string, Counting> _fetched = new(StringComparer.Ordinal); // batches being fetched now; its own lock

    public Counting Begin(OwnedItem batch)
    {
        lock (_fetched)
        {
            if (!_fetched.TryGetValue(batch.Id, out var counting))
            {
                // Read again under the lock: the one given may be older than a fetch that has just ended.
                var lines = owners.Find(batch.Kind, batch.Id, batch.Account)?.SettledLines ?? batch.SettledLines;
                _fetched[batch.Id] = counting = new Counting(this, batch, lines);
            }

            counting.Fetches++;
            return counting;
        }
    }

    /// <summary>One batch's count; dispose it at the end of the fetch.</summary>
    internal sealed class Counting(SettledLines all, OwnedItem batch, long lines) : IDisposable
    {
        long _lines = lines;

        internal int Fetches { get; set; } // guarded by all's lock

        /// <summary>
        /// Whether the line with this number is the caller's to count. Each fetch asks for its lines from 0 on, without a gap.
        /// </summary>
        public bool TryTake(long number)
        {
            lock (all._fetched)
            {
                if (number < _lines)
                {
                    return false;
                }

                _lines = number + 1;
            }

            if ((number + 1) % SaveEvery == 0)
            {
                all.Save(batch, number + 1);
            }

            return true;
        }

        public void Dispose()
        {
            lock (all._fetched)
            {
                all.Save(batch, _lines);
                if (--Fetches == 0)
                {
                    all._fetched.Remove(batch.Id);
                }
            }
        }
    }

    void Save(OwnedItem batch, long lines) => owners.Settle(batch, lines);
}
