using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members do about equally much: somebody shares the work out.</summary>
/// <remarks>
/// Sees: the spread of the members' exchanges per day of membership. Why extraction shows it: relays pick the least recently used account.
/// Statistic: standard deviation of ln(exchanges a day), less the Poisson part 1/mean. Unit: ln units; people: 1.0 to 1.6, pools: 0.2 to 0.7.
/// Cost: one pass over members. False positives: classes (one assignment), cron jobs. Evasion: drawn volumes, at the price of idle accounts.
/// Source: ServeGen's client rates (heavy-tailed); defaults of public relays.
/// </remarks>
internal sealed class EvenVolumes : IEvidence
{
    const int MinExchanges = 4;
    const int MinMembers = 8;
    const double DayMs = 86_400_000;
    static readonly Curve BySpread = new((0.35, 2.5), (0.6, 1.5), (0.85, 0), (1.2, -1));

    public string Family => Families.Time;

    public string Trait => "volume-evenness";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var counted = ring.Members.Where(m => m.Account.Exchanges >= MinExchanges).ToList();
        if (counted.Count < MinMembers)
        {
            return null;
        }

        // Members join at different times; what they do a day is comparable, and a member of an hour counts as one of a quarter day.
        var logs = counted.Select(m => Math.Log(m.Account.Exchanges / Math.Max(0.25, (reference.NowMs - m.Account.FirstMs) / DayMs))).ToList();
        var mean = logs.Average();
        var variance = logs.Sum(l => (l - mean) * (l - mean)) / (logs.Count - 1);
        var poisson = counted.Average(m => 1.0 / m.Account.Exchanges);
        var spread = Math.Sqrt(Math.Max(0, variance - poisson));
        return new Finding(
            spread, BySpread.At(spread) * Math.Min(1, counted.Count / 20.0), Math.Clamp(spread / 2, 0, 1), counted.Count,
            $"The members' daily volumes spread by a factor of {Math.Exp(spread):0.0} (people's by 3 to 5).");
    }
}
