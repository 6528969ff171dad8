using Stillwatch.Engine.Judgement;

namespace Stillwatch.Console.Reports.Charts;

/// <summary>A campaign's timeline in few enough buckets to draw, all of one width, empty ones included.</summary>
/// <param name="BucketWidth">Length of one bucket; zero when there is no timeline.</param>
internal sealed record TimelineBuckets(DateTimeOffset Start, TimeSpan BucketWidth, IReadOnlyList<TimelineBuckets.Bucket> Buckets)
{
    /// <param name="Accounts">Accounts active; the largest of the merged buckets, because a union cannot be known here.</param>
    internal readonly record struct Bucket(long Exchanges, int Accounts);

    public DateTimeOffset End => Start + (BucketWidth * Buckets.Count);

    public static TimelineBuckets Of(IReadOnlyList<TimelinePoint> timeline, int atMost)
    {
        if (timeline.Count == 0)
        {
            return new TimelineBuckets(default, TimeSpan.Zero, []);
        }

        var points = timeline.OrderBy(point => point.At).ToList();
        var own = OwnWidth(points);
        var start = points[0].At;
        var spans = ((points[^1].At - start) / own) + 1;
        var width = own * Math.Max(1, Math.Ceiling(spans / atMost));
        var buckets = new Bucket[(int)((points[^1].At - start) / width) + 1];
        foreach (var point in points)
        {
            ref var bucket = ref buckets[(int)((point.At - start) / width)];
            bucket = new Bucket(bucket.Exchanges + point.Exchanges, Math.Max(bucket.Accounts, point.Accounts));
        }

        return new TimelineBuckets(start, width, buckets);
    }

    /// <summary>Exchanges before a moment; the bucket it falls in counts in proportion. Null when there is no timeline.</summary>
    public static long? ExchangesBefore(IReadOnlyList<TimelinePoint> timeline, DateTimeOffset moment)
    {
        if (timeline.Count == 0)
        {
            return null;
        }

        var width = OwnWidth(timeline.OrderBy(point => point.At).ToList());
        return (long)Math.Round(timeline.Sum(point => point.Exchanges * Math.Clamp((moment - point.At) / width, 0, 1)));
    }

    // The contract does not state the width of a bucket: it is the smallest gap between two.
    static TimeSpan OwnWidth(List<TimelinePoint> points)
    {
        var gaps = points.Zip(points.Skip(1), (a, b) => b.At - a.At).Where(gap => gap > TimeSpan.Zero).ToList();
        return gaps.Count > 0 ? gaps.Min() : TimeSpan.FromHours(1);
    }
}
