using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines.Windows;

/// <summary>
/// The MMD window test (Liu, Guo, Dong 2026): does a window of an account's queries look like lawful queries of the past?
/// </summary>
/// <remarks>
/// As published: a Gaussian kernel at the median distance, the squared discrepancy between a full window and a benign reference, an alarm
/// above the benign range. Ours: hashed n-grams in place of the sentence encoder; the reference (see BenignHistory) is truly lawful and
/// holds every look-alike class; windows of 25, 50 and 100 queries, the largest discrepancy of an account's windows counting, and all of an
/// account's queries at once, scaled by their number as the statistic's spread under the null falls; kernels at a quarter, half and once
/// the median. The paper's 1,500 queries are more than an account here sends in its life. Accounts are not pooled: the method knows no
/// links.
/// </remarks>
internal sealed class MmdWindow(QueryWindows windows, BenignReference reference) : IBaseline
{
    const int Block = 25;
    const int FewestAtOnce = 10;
    const int Blocks = QueryWindows.PerAccount / Block;

    static readonly float[] s_widths = [0.25f, 0.5f, 1];
    static readonly int[] s_windows = [25, 50, 100];

    readonly float[] _widths = [.. s_widths.Select(width => width * reference.MedianDistance)];
    readonly double[] _meanReference = [.. s_widths.Select(width => reference.MeanKernel(width * reference.MedianDistance))];

    public string Name => "MMD";

    public SharedStages Needs => SharedStages.Vectors;

    /// <summary>Reads the windows at the end.</summary>
    public void Add(TraceQuery query)
    {
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        var full = s_widths.Select(_ => s_windows.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray()).ToArray();
        var plain = s_widths.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var scaled = s_widths.Select(_ => ScoredSetting.Empty(windows.Accounts)).ToArray();
        var rows = new float[QueryWindows.PerAccount * TextEncoder.Dimensions];
        var sums = new KernelSums(_widths, Blocks, Block);
        for (var account = 0; account < windows.Accounts; account++)
        {
            var queries = windows.Load(account, rows);
            if (queries < FewestAtOnce)
            {
                continue;
            }

            sums.Compute(rows.AsSpan(0, queries * TextEncoder.Dimensions), reference.Rows);
            for (var width = 0; width < s_widths.Length; width++)
            {
                var whole = Discrepancy(sums, width, 0, Blocks, queries);
                (plain[width][account], scaled[width][account]) = ((float)whole, (float)(whole * queries));
                for (var size = 0; size < s_windows.Length; size++)
                {
                    var span = s_windows[size] / Block;
                    for (var from = 0; (from + span) * Block <= queries; from += span)
                    {
                        var discrepancy = (float)Discrepancy(sums, width, from, from + span, s_windows[size]);
                        full[width][size][account] = Math.Max(full[width][size][account], discrepancy);
                    }
                }
            }
        }

        for (var width = 0; width < s_widths.Length; width++)
        {
            yield return new ScoredSetting($"all queries, kernel {s_widths[width]} of the median", plain[width]);
            yield return new ScoredSetting($"all queries times their number, kernel {s_widths[width]} of the median", scaled[width]);
            for (var size = 0; size < s_windows.Length; size++)
            {
                yield return new ScoredSetting($"windows of {s_windows[size]}, kernel {s_widths[width]} of the median", full[width][size]);
            }
        }
    }

    double Discrepancy(KernelSums sums, int width, int fromBlock, int toBlock, int queries)
        => KernelMmd.Unbiased(
            sums.Within(width, fromBlock, toBlock), queries, sums.Across(width, fromBlock, toBlock), reference.Count, _meanReference[width]);
}
