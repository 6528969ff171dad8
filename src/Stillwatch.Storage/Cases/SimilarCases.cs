namespace Stillwatch.Storage.Cases;

/// <summary>Another case that looks like this one: the same hands, or the same method.</summary>
/// <param name="SharedTraits">Keyed traits both have shown: the same hands, most likely.</param>
/// <param name="TraitRatio">Of the case that has fewer, 0 to 1.</param>
/// <param name="EvidenceRatio">How alike the balances are, kind by kind: the cosine of their weights in nats, 0 to 1.</param>
/// <param name="Likeness">The traits' share counts 0.7, the evidence's 0.3.</param>
public sealed record SimilarCase(Case Case, int SharedTraits, double TraitRatio, double EvidenceRatio, double Likeness);

/// <summary>Which cases, over all that were ever held, resemble one. Works over ended cases as well; a key of detection that was changed ends the comparison of traits.</summary>
public static class SimilarCases
{
    /// <summary>Below this two cases have in common what most have.</summary>
    const double Least = 0.2;

    const double TraitShare = 0.7;
    const int MostTraitsCompared = 4096; // of one case: keeps the comparison with hundreds of large cases in milliseconds

    /// <summary>The likest first.</summary>
    public static IReadOnlyList<SimilarCase> Of(Case one, CasePicture picture, int most)
    {
        var weights = Weights(one);
        return
        [
            .. picture.Cases.Values.Where(other => other.Id != one.Id && other.State != CaseState.Merged).Select(other => Compare(one, weights, other))
                .Where(similar => similar.Likeness >= Least)
                .OrderByDescending(similar => similar.Likeness).ThenByDescending(similar => similar.Case.Id, StringComparer.Ordinal).Take(most),
        ];
    }

    static SimilarCase Compare(Case one, Dictionary<string, double> weights, Case other)
    {
        var (fewer, more) = one.TraitKeys.Count <= other.TraitKeys.Count ? (one.TraitKeys, other.TraitKeys) : (other.TraitKeys, one.TraitKeys);
        var compared = Math.Min(fewer.Count, MostTraitsCompared);
        var shared = fewer.Take(compared).Count(more.Contains);
        var (traits, evidence) = (compared == 0 ? 0 : shared / (double)compared, Cosine(weights, Weights(other)));
        return new SimilarCase(other, shared, traits, evidence, (TraitShare * traits) + ((1 - TraitShare) * evidence));
    }

    static Dictionary<string, double> Weights(Case one) => one.Evidence.Where(item => item.LogOdds > 0)
        .GroupBy(item => item.Trait, StringComparer.Ordinal).ToDictionary(kind => kind.Key, kind => kind.Sum(item => item.LogOdds), StringComparer.Ordinal);

    static double Cosine(Dictionary<string, double> one, Dictionary<string, double> other)
    {
        var product = one.Sum(weight => weight.Value * other.GetValueOrDefault(weight.Key));
        var lengths = Math.Sqrt(one.Values.Sum(weight => weight * weight) * other.Values.Sum(weight => weight * weight));
        return lengths == 0 ? 0 : product / lengths;
    }
}
