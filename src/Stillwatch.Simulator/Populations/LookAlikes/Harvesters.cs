using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Lawful traffic with the very templates of a harvest: evaluators, licensed customers, makers of their own data, red-teamers.</summary>
static class Harvesters
{
    /// <summary>Question sets walked once, in order, with fixed templates: temperature 0, short answers, one owner. A share uses a harvester's reasoning template.</summary>
    public static void Benchmark(Crowd crowd)
    {
        var reasoning = crowd.World.Families.Public.Where(family => family.Capability == Capability.Reasoning).ToList();
        foreach (var members in crowd.Circles(random => random.Chance(0.7) ? 1 : random.Between(2, 3)))
        {
            var library = crowd.World.Library;
            // Evaluators of one suite walk the same public items.
            var suite = (ulong)crowd.Random.Below(12);
            var frame = library.Shared(PromptKind.EvalFrame, suite, 0);
            HarvestTemplate template = reasoning.Count > 0 && crowd.Random.Chance(0.35)
                ? crowd.Random.Pick(crowd.Random.Pick(reasoning).Templates)
                : new SlotTemplate(frame.Contains("{%", StringComparison.Ordinal) ? frame : $"{(frame.Length > 1500 ? frame[..1500] : frame)}\n\n{{%problem}}");
            var work = new BatchWork(
                item =>
                {
                    var request = template.Compose(library, suite, item);
                    return (request.System, request.Text);
                },
                60,
                OutputStyle.Steps) { Temperature = 0, MaxTokens = 256 };
            Run(crowd, members, work, "lab", crowd.Random.Chance(0.3) ? new Licence("evaluation", null, null, "research desk") : null);
        }
    }

    /// <summary>Data for a product of one's own: templates times seeds, long answers, one payer.</summary>
    public static void SyntheticData(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Chance(0.6) ? 1 : random.Between(2, 4)))
        {
            Run(crowd, members, Harvest(crowd), "product", null);
        }
    }

    /// <summary>Distillation under contract: everything a campaign does, openly, by accounts of one verified organization with a licence.</summary>
    public static void LicensedDistillation(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(2, 8)))
        {
            var licence = new Licence("distillation", crowd.Random.Chance(0.5) ? crowd.World.Scenario.Models.Large : null, new DateOnly(2026, 12, 31), "partnerships");
            Run(crowd, members, Harvest(crowd), "partner", licence, VerificationLevel.Organization);
        }
    }

    /// <summary>Probing of policy: jailbreaks in variants, delicate questions, some reasoning elicitation; small teams, half of them registered.</summary>
    public static void RedTeam(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(1, 4)))
        {
            var library = crowd.World.Library;
            var seed = crowd.Random.NextUInt64();
            var work = new BatchWork(
                item =>
                {
                    var random = new Randomness.SeededRandom(Randomness.SeededRandom.Derive(seed, (ulong)item));
                    var kind = random.Chance(0.75) ? PromptKind.RedTeam : PromptKind.Sensitive;
                    // A dozen attacks, each in many variants.
                    var text = library.Shared(kind, seed, random.Below(12));
                    text = library.Vary(text.Length > 2500 ? text[..2500] : text, random, 0.15);
                    return (null, text);
                },
                120,
                OutputStyle.Prose);
            Run(crowd, members, work, "security", crowd.Random.Chance(0.5) ? new Licence("red-teaming", null, null, "trust desk") : null);
        }
    }

    static BatchWork Harvest(Crowd crowd)
    {
        var family = crowd.Random.Pick(crowd.World.Families.Public);
        var seed = crowd.Random.NextUInt64();
        var habits = crowd.Random.Pick(crowd.World.Habits);
        return new BatchWork(
            item =>
            {
                var template = family.Templates[(int)(item % family.Templates.Count)];
                var request = template.Compose(crowd.World.Library, seed, item / family.Templates.Count);
                return (request.System, request.Text);
            },
            380,
            OutputStyle.Steps) { Temperature = habits.Temperature, MaxTokens = habits.MaxTokens, BatchApi = crowd.Random.Chance(0.3) };
    }

    static void Run(Crowd crowd, List<Persona> members, BatchWork work, string role, Licence? licence, VerificationLevel level = VerificationLevel.Payment)
    {
        Owners.Gather(crowd, members, role, level);
        for (var member = 0; member < members.Count; member++)
        {
            var persona = members[member];
            persona.Record = persona.Record with { Licence = licence, Programme = role == "lab" && persona.Random.Chance(0.4) ? "research" : null };
            crowd.Add(new BatchActor(crowd.World, persona, crowd.ProgramSlots(persona), work, member, members.Count));
        }
    }
}
