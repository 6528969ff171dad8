using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>SEAT (Zhang, Chen, Wagner 2021): an account whose queries hold too many near-duplicate pairs is cancelled.</summary>
/// <remarks>
/// As published: each query is compared with the account's earlier ones under an encoder; pairs closer than a bound are counted; a count
/// above the allowance ends the account. Ours: hashed n-grams in place of the adversarially trained encoder (there is no attack to train
/// one on: the queries are text); the bound is tried at four cosines; the count is tried as it stands and as a share of the account's
/// pairs, from ten queries on. Sees one account at a time: a ring that spreads its queries pays in accounts, which it has.
/// </remarks>
internal sealed class Seat(QueryWindows windows) : IBaseline
{
    const int FewestForShare = 10;

    static readonly float[] s_cosines = [0.5f, 0.7f, 0.85f, 0.95f];

    public string Name => "SEAT";

    public SharedStages Needs => SharedStages.Vectors;

    /// <summary>Reads the windows at the end.</summary>
    public void Add(TraceQuery query)
    {
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        var counts = s_cosines.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var shares = s_cosines.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var rows = new float[QueryWindows.PerAccount * TextEncoder.Dimensions];
        for (var account = 0; account < windows.Accounts; account++)
        {
            var queries = windows.Load(account, rows);
            var pairs = CountPairs(rows.AsSpan(0, queries * TextEncoder.Dimensions), s_cosines);
            for (var i = 0; i < s_cosines.Length; i++)
            {
                counts[i][account] = queries == 0 ? ScoredSetting.Unjudged : pairs[i];
                shares[i][account] = queries < FewestForShare ? ScoredSetting.Unjudged : (float)(2.0 * pairs[i] / (queries * (queries - 1)));
            }
        }

        for (var i = 0; i < s_cosines.Length; i++)
        {
            yield return new ScoredSetting($"pairs of cosine {s_cosines[i]} or more", counts[i]);
            yield return new ScoredSetting($"share of pairs of cosine {s_cosines[i]} or more", shares[i]);
        }
    }

    /// <summary>Pairs at or above each cosine.</summary>
    /// <param name="cosines">Ascending.</param>
    internal static int[] CountPairs(ReadOnlySpan<float> rows, ReadOnlySpan<float> cosines)
    {
        const int Width = TextEncoder.Dimensions;
        var pairs = new int[cosines.Length];
        for (var first = 0; first < rows.Length; first += Width)
        {
            for (var second = first + Width; second < rows.Length; second += Width)
            {
                var cosine = UnitVectors.Dot(rows.Slice(first, Width), rows.Slice(second, Width));
                for (var i = 0; i < pairs.Length && cosine >= cosines[i]; i++)
                {
                    pairs[i]++;
                }
            }
        }

        return pairs;
    }
}
