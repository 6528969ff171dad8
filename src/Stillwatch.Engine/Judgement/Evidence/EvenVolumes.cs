using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members do about equally much of the ring's work: somebody shares it out.</summary>
/// <remarks>
/// Sees: the spread of the members' exchanges per day of membership, counting those that follow the ring's templates where it has some, so that cover
/// traffic and a rented account's own talk do not hide it. Why extraction shows it: relays pick the least recently used account.
/// Statistic: standard deviation of ln(exchanges a day), less the Poisson part 1/mean and what sampling adds. Unit: ln units; people: 1.0 to 1.6,
/// classes 0.5 to 0.7, pools: 0.2 to 0.7. Beyond 2.5 nats it counts only where a hundred members kept it up for a day: a burst of an hour is even by itself.
/// Cost: one pass over members. False positives: classes (one assignment), cron jobs. Evasion: drawn volumes, at the price of idle accounts.
/// Source: ServeGen's client rates (heavy-tailed); defaults of public relays.
/// </remarks>
internal sealed class EvenVolumes : IEvidence
{
    const int MinExchanges = 4;
    const int MinMembers = 8;
    const int ManyMembers = 100;
    const double DayMs = 86_400_000;
    const double ShortCap = 2.5;
    static readonly Curve BySpread = new((0.35, 4), (0.5, 3.5), (0.6, 1.5), (0.85, 0), (1.2, -1));
    static readonly Curve BySpreadKeptUp = new((0.35, 4), (0.55, 3.5), (0.65, 1.5), (0.85, 0), (1.2, -1)); // no hundred people keep that up: their spread is known

    public string Family => Families.Time;

    public string Trait => "volume-evenness";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var counted = ring.Members.Where(m => WorkOf(m, ring) >= MinExchanges).ToList();
        if (counted.Count < MinMembers)
        {
            return null;
        }

        // Members join at different times; what they do a day is comparable, and a member of an hour counts as one of a quarter day.
        var logs = counted.Select(m => Math.Log(WorkOf(m, ring) / Math.Max(0.25, (reference.NowMs - m.Account.FirstMs) / DayMs))).ToList();
        var mean = logs.Average();
        var variance = logs.Sum(l => (l - mean) * (l - mean)) / (logs.Count - 1);
        var chance = counted.Average(m => (1 / WorkOf(m, ring)) + SamplingVariance(m, ring));
        var spread = Math.Sqrt(Math.Max(0, variance - chance));
        var spans = counted.Select(m => m.Account.LastMs - m.Account.FirstMs).Order().ToList();
        var isKeptUp = counted.Count >= ManyMembers && spans[spans.Count / 2] >= DayMs;
        return new Finding(
            spread, (isKeptUp ? BySpreadKeptUp.At(spread) : Math.Min(BySpread.At(spread), ShortCap)) * Math.Min(1, counted.Count / 20.0), Math.Clamp(spread / 2, 0, 1), counted.Count,
            $"The members' daily volumes{(ring.HasTemplates ? " of the ring's templates" : "")} spread by a factor of {Math.Exp(spread):0.0} (people's by 3 to 5).");
    }

    static double WorkOf(RingMember member, RingView ring) => ring.HasTemplates ? member.TemplateExchanges : member.Account.Exchanges;

    /// <summary>What estimating a share from a sample adds to the variance of its logarithm: (1 − share)/hits, less where the sample is nearly all there is.</summary>
    static double SamplingVariance(RingMember member, RingView ring) =>
        !ring.HasTemplates || member.Hits == 0 ? 0
            : (1 - member.TemplateShare) / member.Hits * Math.Max(0, 1 - ((double)member.Account.Digests.Length / member.Account.Exchanges));
}
