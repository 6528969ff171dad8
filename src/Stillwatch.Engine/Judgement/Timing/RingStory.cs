using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>What a ring did over time, from its members' samples: each sampled exchange stands for its share of the account's.</summary>
internal sealed class RingStory
{
    const int Buckets = 48;
    const int MaxOutside = 3000;
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

        Onset = DateTimeOffset.FromUnixTimeMilliseconds(OnsetTest.Of(ring.Members.Select(m => m.Account.FirstMs), Outside(ring)) ?? FirstMs);
    }

    public long FirstMs { get; }

    public IReadOnlyList<TimelinePoint> Timeline =>
        [.. _buckets.Select(b => new TimelinePoint(At(b.Key), (long)Math.Round(b.Value.Exchanges), b.Value.Accounts.Count))];

    /// <summary>Start of coordinated activity: when members began to arrive beside the population's arrivals (<see cref="OnsetTest"/>); the first exchange when no
    /// such date is shown.</summary>
    public DateTimeOffset Onset { get; }

    static IEnumerable<long> Outside(RingView ring)
    {
        var stride = Math.Max(1, ring.Population.Count / MaxOutside);
        for (var i = 0; i < ring.Population.Count; i += stride)
        {
            if (!ring.Contains(i))
            {
                yield return ring.Population.Accounts[i].FirstMs;
            }
        }
    }

    DateTimeOffset At(long bucket) => DateTimeOffset.FromUnixTimeMilliseconds(bucket * _bucketMs);
}
