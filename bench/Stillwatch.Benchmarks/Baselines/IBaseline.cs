namespace Stillwatch.Benchmarks.Baselines;

/// <summary>A published detector: sees every exchange in order of time, then gives every account a score.</summary>
/// <remarks>
/// A baseline may keep what it wants of an exchange within its own bounds; the query it is given is reused after the call.
/// Not thread-safe: one caller.
/// </remarks>
internal interface IBaseline
{
    /// <summary>As the table names it.</summary>
    string Name { get; }

    /// <summary>Shared stages whose cost it must bear too.</summary>
    SharedStages Needs { get; }

    void Add(TraceQuery query);

    /// <summary>
    /// One set of scores for each setting worth trying. The table keeps the setting that does best with the truth in hand.
    /// </summary>
    IEnumerable<ScoredSetting> Scores();
}

/// <summary>Work that several baselines use, done once per exchange and timed apart.</summary>
[Flags]
internal enum SharedStages
{
    None = 0,

    /// <summary>Hashed n-gram vectors and the first queries of every account.</summary>
    Vectors = 1,

    /// <summary>Near-duplicate templates.</summary>
    Templates = 2,
}

/// <param name="Setting">Parameters in words, e.g. <c>at least 100 queries</c>.</param>
/// <param name="ByAccount">By account index; higher is more suspicious, <see cref="Unjudged"/> where the method has no opinion.</param>
internal sealed record ScoredSetting(string Setting, float[] ByAccount)
{
    /// <summary>Never flagged, whatever the threshold.</summary>
    public const float Unjudged = float.NegativeInfinity;

    public static float[] Empty(int accounts)
    {
        var scores = new float[accounts];
        Array.Fill(scores, Unjudged);
        return scores;
    }
}
