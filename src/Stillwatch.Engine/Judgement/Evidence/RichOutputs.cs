using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The answers are worth training on: long, not labels.</summary>
/// <remarks>
/// Sees: the median output of the ring's exchanges against the cohort's. Why extraction shows it: reasoning and code are long.
/// Statistic: percentile of the median among the cohort's outputs. Unit: share. Cost: one number an exchange.
/// False positives: writers, coders; small cap. Labels and short judgements speak for a classification pipeline. Evasion: short answers, of little
/// worth to a student model. Source: operating figures of public harvesting tools (1,024 to 16,384 output tokens).
/// </remarks>
internal sealed class RichOutputs : IEvidence
{
    const int MinExchanges = 30;
    const int LabelTokens = 24;
    static readonly Curve ByPercentile = new((0.1, -1), (0.35, 0), (0.7, 0.7), (0.95, 1.5));

    public string Family => Families.Content;

    public string Trait => "output-demand";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var median = ring.Content.MedianOutputTokens;
        if (ring.Content.Exchanges < MinExchanges || double.IsNaN(median) || double.IsNaN(reference.MedianOutputTokens))
        {
            return null;
        }

        var percentile = reference.OutputTokensPercentile(median);
        return new Finding(
            median, median <= LabelTokens ? -3 : ByPercentile.At(percentile), percentile, ring.Members.Count,
            $"The ring's median answer has {median:N0} tokens; the reference cohort's {reference.MedianOutputTokens:N0}.");
    }
}
