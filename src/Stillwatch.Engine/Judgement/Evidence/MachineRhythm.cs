using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Exchanges come as evenly as a scheduler sends them, or in a person's bursts.</summary>
/// <remarks>
/// Sees: the variation of the gaps between a member's exchanges, the median over members. Why extraction shows it: queues feed accounts in turn.
/// Statistic: coefficient of variation of gaps, median over members with eight exchanges. Unit: ratio; bursts of people 2.5 to 6, rare visits at
/// random 1, a scheduler under 0.8: only what is more even than chance accuses.
/// Cost: three sums an account. False positives: cron jobs, batches (one organization each). Evasion: imitated sessions, which are cheap, so a person's
/// rhythm speaks for innocence by half a nat at the most. Source: ServeGen gap families; public relays' jitter of 0 to 800 ms, which changes nothing here.
/// </remarks>
internal sealed class MachineRhythm : IEvidence
{
    const int MinExchanges = 8;
    const int MinMembers = 8;
    const long MinSpanMs = 6 * 3_600_000; // within one session people's gaps are even too
    static readonly Curve ByVariation = new((0.4, 2.5), (0.7, 1.2), (0.95, 0), (2.2, 0), (3.5, -0.5));

    public string Family => Families.Time;

    public string Trait => "activity-rhythm";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var values = ring.Members.Where(m => m.Account.Exchanges >= MinExchanges && m.Account.LastMs - m.Account.FirstMs >= MinSpanMs).Select(m => m.Account.GapVariation).Order().ToList();
        if (values.Count < MinMembers)
        {
            return null;
        }

        var median = values[values.Count / 2];
        var percentile = reference.GapVariationPercentile(median);
        return new Finding(
            median, ByVariation.At(median) * Math.Min(1, values.Count / 20.0), percentile, values.Count,
            median < 0.95
                ? $"Gaps between a member's exchanges vary by {median:0.0} times their mean, as a scheduler's do; {percentile:P0} of the reference cohort are as even."
                : $"Gaps between a member's exchanges vary by {median:0.0} times their mean, as people's sessions do.");
    }
}
