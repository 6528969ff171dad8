using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>What a ring did over time, from its members' samples: each sampled exchange stands for its share of the account's.</summary>
internal sealed class RingStory
{
    const int Buckets = 48;
    const long GrainMs = EpochBuffer.EpochMs;

    readonly SortedDictionary<long, (double Exchanges, HashSet<int> Accounts)> _buckets = [];
    readonly long _bucketMs;

    public RingStory(RingView ring)
    {
        FirstMs = ring.Members.Min(m => m.Account.FirstMs);
        var span = Math.Max(GrainMs, ring.Members.Max(m => m.Account.LastMs) - FirstMs);
        _bucketMs = ((span / Buckets / GrainMs) + 1) * GrainMs;
        foreach (var member in ring.Members)
        {
            var weight = (double)member.Account.Exchanges / member.Account.Digests.Length;
            foreach (ref readonly var digest in member.Account.Digests)
            {
                var at = digest.TimeSeconds * 1000L / _bucketMs;
                if (!_buckets.TryGetValue(at, out var bucket))
                {
                    bucket = (0, []);
                }

                bucket.Accounts.Add(member.Index);
                _buckets[at] = (bucket.Exchanges + weight, bucket.Accounts);
            }
        }
    }

    public long FirstMs { get; }

    public IReadOnlyList<TimelinePoint> Timeline =>
        [.. _buckets.Select(b => new TimelinePoint(At(b.Key), (long)Math.Round(b.Value.Exchanges), b.Value.Accounts.Count))];

    /// <summary>Start of coordinated activity: a one-sided CUSUM (Page 1954) over buckets with the drift at half the mean rate; the last time it
    /// stood at zero before it passed one mean rate.</summary>
    public DateTimeOffset Onset
    {
        get
        {
            var mean = _buckets.Values.Average(b => b.Exchanges);
            var (sum, onset) = (0.0, _buckets.Keys.First());
            foreach (var (at, bucket) in _buckets)
            {
                if (sum <= 0)
                {
                    (sum, onset) = (0, at);
                }

                sum += bucket.Exchanges - (mean / 2);
                if (sum > mean)
                {
                    break;
                }
            }

            var start = At(onset);
            var first = DateTimeOffset.FromUnixTimeMilliseconds(FirstMs);
            return start > first ? start : first;
        }
    }

    DateTimeOffset At(long bucket) => DateTimeOffset.FromUnixTimeMilliseconds(bucket * _bucketMs);
}
