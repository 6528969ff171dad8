using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Identities;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Users of public coding agents: one huge prefix for all of them, many calls per task, tool results, pauses between tasks.</summary>
static class CodingAgents
{
    public static void Build(Crowd crowd)
    {
        AgentProgram[] programs =
        [
            new(crowd.World, crowd.Random.NextUInt64(), 6500, 8),
            new(crowd.World, crowd.Random.NextUInt64(), 4200, 6),
        ];
        ClientHabit[] clients = [ClientHabit.Named(crowd.Random, "code-pilot-cli"), ClientHabit.Named(crowd.Random, "shell-mate")];
        for (var account = 0; account < crowd.Accounts; account++)
        {
            var persona = crowd.Open();
            var which = persona.Random.Chance(0.65) ? 0 : 1;
            persona.Client = clients[which];
            persona.NamesSessions = true;
            persona.MaxTokens = 8192;
            persona.Stream = true;
            persona.Temperature = null;
            // Rounds follow each other within seconds, tasks after a human pause.
            var slots = Timetables.Person(persona.Random, crowd.Volume(persona), crowd.From(persona), crowd.World.SpanMs, 9, pauseSeconds: 14);
            crowd.Add(new AgentActor(crowd.World, persona, slots, programs[which]));
        }
    }
}
