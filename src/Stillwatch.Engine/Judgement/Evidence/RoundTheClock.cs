using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members work at all hours.</summary>
/// <remarks>
/// Sees: how many hours of the day a member uses, of those its number of exchanges could fill. Why extraction shows it: queues do not sleep.
/// Statistic: used hours over expected under even spreading, median over members. Unit: ratio; people 0.2 to 0.6, queues 0.8 to 1.
/// Cost: 24 counters an account. False positives: servers of lawful customers. Evasion: shifts. Source: abuse-engine literature (hour flatness).
/// </remarks>
internal sealed class RoundTheClock : IEvidence
{
    const int MinExchanges = 8;
    const int MinMembers = 8;
    const int MinHours = 8;
    static readonly Curve BySpread = new((0.35, -0.5), (0.6, 0), (0.8, 1.5), (0.95, 2.5));

    public string Family => Families.Time;

    public string Trait => "round-the-clock";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var values = ring.Members.Where(m => m.Account.Exchanges >= MinExchanges).Select(m => reference.HourSpread(m.Account)).Order().ToList();
        if (values.Count < MinMembers || reference.HoursSeen < MinHours)
        {
            return null;
        }

        var median = values[values.Count / 2];
        return new Finding(
            median, BySpread.At(median) * Math.Min(1, values.Count / 20.0), reference.HourSpreadPercentile(median), values.Count,
            $"A member uses {median:P0} of the hours of the day that its exchanges could fill; {1 - reference.HourSpreadPercentile(median):P0} of the reference cohort use as many.");
    }
}
