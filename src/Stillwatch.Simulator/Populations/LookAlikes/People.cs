using Stillwatch.Simulator.Arrivals;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Individuals: the bulk of accounts, unrelated to each other.</summary>
static class People
{
    public static void Chat(Crowd crowd) => Each(crowd, new PersonHabits());

    public static void Code(Crowd crowd) => Each(crowd, new PersonHabits { CodeRatio = 0.85, PasteRatio = 0.22 });

    /// <summary>Enthusiasts: nearly all move within hours of a release, and talk more after it than before. They share nothing but the moment.</summary>
    public static void NewModel(Crowd crowd)
    {
        for (var account = 0; account < crowd.Accounts; account++)
        {
            var persona = crowd.Open();
            var release = crowd.World.ReleaseMs;
            persona.MovesAtMs = release + persona.Random.Exponential(3 * World.HourMs);
            var count = crowd.Volume(persona);
            var early = Timetables.Person(persona.Random, Math.Max(1, count / 4), crowd.From(persona), Math.Max(release, crowd.From(persona) + 1), 4);
            var late = Timetables.Person(persona.Random, Math.Max(1, count - (count / 4)), Math.Max(release, crowd.From(persona)), crowd.World.SpanMs, 6);
            crowd.Add(new PersonActor(crowd.World, persona, [.. early, .. late.Where(slot => early.Length == 0 || slot.Ms > early[^1].Ms)], new PersonHabits { CodeRatio = 0.3 }));
        }
    }

    static void Each(Crowd crowd, PersonHabits habits)
    {
        for (var account = 0; account < crowd.Accounts; account++)
        {
            var persona = crowd.Open();
            crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), habits));
        }
    }
}
