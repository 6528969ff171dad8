using Stillwatch.Benchmarks.Baselines;

namespace Stillwatch.Benchmarks.Table;

/// <summary>Where a score's threshold lies for a budget of lawful accounts wrongly flagged, and how well it ranks.</summary>
internal static class ScoreCurve
{
    /// <summary>
    /// The lowest threshold above which at most budget × lawful accounts lie: the highest recall that budget allows, as an account is
    /// flagged when strictly above.
    /// </summary>
    /// <param name="lawful">Scores of all lawful accounts of the pool; sorted here.</param>
    /// <param name="budgetRatio">0 to 1; 0 flags no lawful account.</param>
    public static float Threshold(float[] lawful, double budgetRatio)
    {
        Array.Sort(lawful);
        var allowed = (int)Math.Floor(budgetRatio * lawful.Length);
        return allowed >= lawful.Length ? ScoredSetting.Unjudged : lawful[^(allowed + 1)];
    }

    /// <summary>
    /// Area under the ROC curve: how often a malicious account outscores a lawful one, ties counting half. 0.5 is chance.
    /// </summary>
    public static double Area(float[] lawful, float[] malicious)
    {
        if (lawful.Length == 0 || malicious.Length == 0)
        {
            return 0.5;
        }

        Array.Sort(lawful);
        Array.Sort(malicious);
        var (below, atMost) = (0, 0);
        var wins = 0.0;
        foreach (var score in malicious)
        {
            while (below < lawful.Length && lawful[below] < score)
            {
                below++;
            }

            atMost = Math.Max(atMost, below);
            while (atMost < lawful.Length && lawful[atMost] <= score)
            {
                atMost++;
            }

            wins += below + ((atMost - below) / 2.0);
        }

        return wins / lawful.Length / malicious.Length;
    }
}
