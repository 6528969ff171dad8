using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>PRADA (Juuti, Szyller, Marchal, Asokan 2019): the distances between an account's queries should be near normal.</summary>
/// <remarks>
/// As published: every query's distance to the nearest of the growing set; the query joins that set when it is farther than the set's mean
/// less one deviation (a bound that never falls); values beyond three deviations are left out; Shapiro–Wilk W of the rest, taken after each
/// query once there are enough. The paper waits for 100 distances and alarms when W is small. Ours: one growing set for each account, as a
/// language model predicts no class; cosine distance of hashed n-grams; shorter waits and the other tail (W too large) are tried too, and
/// an account whose distances are all equal is not judged. Misses accounts below the wait: at 45 exchanges an account that is most of them.
/// </remarks>
internal sealed class Prada(QueryWindows windows) : IBaseline
{
    static readonly int[] s_waits = [20, 50, 100];

    public string Name => "PRADA";

    public SharedStages Needs => SharedStages.Vectors;

    /// <summary>Reads the windows at the end: what it needs of a query is kept there.</summary>
    public void Add(TraceQuery query)
    {
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        var low = s_waits.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var high = s_waits.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var rows = new float[QueryWindows.PerAccount * TextEncoder.Dimensions];
        var test = new ShapiroWilk();
        for (var account = 0; account < windows.Accounts; account++)
        {
            if (windows.CountOf(account) <= s_waits[0])
            {
                continue;
            }

            var distances = NearestDistances(rows.AsSpan(0, windows.Load(account, rows) * TextEncoder.Dimensions));
            for (var wait = 0; wait < s_waits.Length; wait++)
            {
                var (least, last) = Straightness(distances, s_waits[wait], test);
                low[wait][account] = double.IsNaN(least) ? ScoredSetting.Unjudged : (float)-least;
                high[wait][account] = double.IsNaN(last) ? ScoredSetting.Unjudged : (float)last;
            }
        }

        for (var wait = 0; wait < s_waits.Length; wait++)
        {
            yield return new ScoredSetting($"W small at any time, from {s_waits[wait]} distances on", low[wait]);
            yield return new ScoredSetting($"W large at the end, from {s_waits[wait]} distances on", high[wait]);
        }
    }

    /// <summary>The distance of each query but the first to the nearest of the growing set.</summary>
    /// <param name="rows">Unit vectors, one after the other.</param>
    internal static List<double> NearestDistances(ReadOnlySpan<float> rows)
    {
        const int Width = TextEncoder.Dimensions;
        List<int> set = [0];
        List<double> joined = [], all = [];
        var bound = double.NegativeInfinity;
        for (var at = Width; at < rows.Length; at += Width)
        {
            var closest = -1f;
            foreach (var member in set)
            {
                closest = Math.Max(closest, UnitVectors.Dot(rows.Slice(at, Width), rows.Slice(member, Width)));
            }

            var distance = Math.Sqrt(Math.Max(0, 2 - (2 * closest)));
            all.Add(distance);
            if (distance > bound)
            {
                set.Add(at);
                joined.Add(distance);
                bound = Math.Max(bound, joined.Average() - Deviation(joined));
            }
        }

        return all;
    }

    /// <summary>The least W over time and the last; NaN when there were never enough different distances.</summary>
    internal static (double Least, double Last) Straightness(IReadOnlyList<double> distances, int wait, ShapiroWilk test)
    {
        var (least, last) = (double.NaN, double.NaN);
        var sorted = new List<double>();
        for (var i = 0; i < distances.Count; i++)
        {
            var place = sorted.BinarySearch(distances[i]);
            sorted.Insert(place < 0 ? ~place : place, distances[i]);
            if (sorted.Count <= wait)
            {
                continue;
            }

            var (mean, deviation) = (sorted.Average(), Deviation(sorted));
            var inside = sorted.Where(value => Math.Abs(value - mean) <= 3 * deviation).ToArray();
            var straightness = inside.Length < ShapiroWilk.Fewest ? double.NaN : test.W(inside);
            if (!double.IsNaN(straightness))
            {
                (least, last) = (double.IsNaN(least) ? straightness : Math.Min(least, straightness), straightness);
            }
        }

        return (least, last);
    }

    static double Deviation(List<double> values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Count);
    }
}
