namespace Stillwatch.Benchmarks.Baselines.Templates;

/// <summary>Near-duplicate prompts alone: accounts of different owners whose prompts hold the same template.</summary>
/// <remarks>
/// The common first idea, as in document de-duplication (Broder 1997) and FracMinHash containment (Irber et al. 2022). Settings: the size
/// of an account's largest template in owners; the share of its prompts inside templates of 5, 20 or 50 owners; the sum of shares times the
/// logarithm of the size; each also without templates that lawful history already knew. Sees no money, network or time: a viral application
/// looks like a ring.
/// </remarks>
internal sealed class NearDuplicates(AccountBook accounts, TemplateClusters clusters, IReadOnlySet<ulong> knownKeys) : IBaseline
{
    static readonly int[] s_sizes = [5, 20, 50];

    readonly TemplateUse _use = new(accounts);

    public string Name => "near-duplicates";

    public SharedStages Needs => SharedStages.Templates;

    public void Add(TraceQuery query) => _use.Add(query);

    public IEnumerable<ScoredSetting> Scores()
    {
        var all = _use.PartiesByTemplate(fewestPrompts: 2);
        var fresh = all.Where(pair => !IsKnown(pair.Key)).ToDictionary();
        return Scores(all, "").Concat(Scores(fresh, ", known templates left out"));
    }

    IEnumerable<ScoredSetting> Scores(Dictionary<int, int> sizes, string suffix)
    {
        yield return new ScoredSetting("owners of the largest template" + suffix, Each(pair => sizes.GetValueOrDefault(pair.Key), sum: false));
        yield return new ScoredSetting(
            "shares times the logarithm of owners" + suffix, Each(pair => pair.Value * MathF.Log(Math.Max(1, sizes.GetValueOrDefault(pair.Key))), sum: true));
        foreach (var size in s_sizes)
        {
            yield return new ScoredSetting(
                $"share in templates of {size} owners or more{suffix}", Each(pair => sizes.GetValueOrDefault(pair.Key) >= size ? pair.Value : 0, sum: true));
        }
    }

    /// <param name="sum">True: the weights' sum over the account's prompts; false: the largest weight.</param>
    float[] Each(Func<KeyValuePair<int, int>, float> weight, bool sum)
    {
        var scores = ScoredSetting.Empty(accounts.Count);
        for (var account = 0; account < scores.Length; account++)
        {
            if (_use.PromptsOf(account) > 0)
            {
                var own = _use.Of(account) ?? new Dictionary<int, int>();
                scores[account] = own.Count == 0 ? 0 : sum ? own.Sum(weight) / _use.PromptsOf(account) : own.Max(weight);
            }
        }

        return scores;
    }

    bool IsKnown(int template)
    {
        var core = clusters.CoreOf(template);
        return core.Count(knownKeys.Contains) * 2 > core.Count;
    }
}
