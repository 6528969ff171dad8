using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>When a campaign account sends: in shifts, or as its adaptation says.</summary>
static class CampaignTimes
{
    const double DayMs = 24 * World.HourMs;

    public static Slot[] Of(SeededRandom random, CampaignPlan plan, int count, double fromMs, double toMs)
    {
        var evenly = random.Chance(plan.EvenRatio);
        var slots = plan.Adaptation.JitterMinutes > 0
            ? Disturb(random, Timetables.Person(random, count, fromMs, toMs, 6), plan.Adaptation.JitterMinutes, fromMs, toMs)
            : Timetables.Shifts(random, count, fromMs, toMs, evenly);
        return plan.Adaptation.DailyCap > 0 ? Cap(slots, plan.Adaptation.DailyCap) : slots;
    }

    static Slot[] Disturb(SeededRandom random, Slot[] slots, double minutes, double fromMs, double toMs)
    {
        double[] times = [.. slots.Select(slot => Math.Clamp(slot.Ms + (random.Normal() * minutes * 60_000), fromMs, toMs - 1)).Order()];
        return Timetables.Sessions(times);
    }

    /// <summary>Leaves out what would be more than <paramref name="most"/> exchanges within any 24 hours.</summary>
    static Slot[] Cap(Slot[] slots, int most)
    {
        var kept = new List<Slot>(slots.Length);
        foreach (var slot in slots)
        {
            if (kept.Count < most || slot.Ms - kept[^most].Ms >= DayMs)
            {
                kept.Add(slot);
            }
        }

        return [.. kept];
    }
}
