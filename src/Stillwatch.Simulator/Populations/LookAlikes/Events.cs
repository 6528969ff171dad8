using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Many new accounts with one task and one end: lawful, and the path most abused.</summary>
static class Events
{
    /// <summary>A course: one assignment, one campus network, accounts opened in one lesson, work until the deadline, then silence.</summary>
    public static void Classroom(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(7)))
        {
            var school = crowd.World.Enrolment.Found(crowd.Random, verified: true);
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "university");
            var lesson = -crowd.Random.Between(1, 30) * 24 * World.HourMs;
            var licence = crowd.Random.Chance(0.5) ? new Licence("education", null, null, "campus programme") : null;
            Run(crowd, members, crowd.Random.Between(5, 11), persona =>
            {
                var paid = $"pm_credit_{school.Organization}";
                // Half of the students never tell the provider that they belong to the school.
                persona.Record = persona.Record with
                {
                    EmailDomain = domain,
                    Programme = "education",
                    Organization = persona.Random.Chance(0.5) ? school.Organization : null,
                    Payment = persona.Random.Chance(0.6) ? paid : persona.Record.Payment,
                    Created = crowd.World.Enrolment.At(lesson + persona.Random.Between(0, 1.5 * World.HourMs)),
                    Licence = licence,
                };
            });
        }
    }

    /// <summary>A hackathon: sign-up at the door, one sponsor's credit, one hall's network, a night and a day of work on many ideas.</summary>
    public static void Hackathon(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(3)))
        {
            var door = crowd.Random.Between(-30 * World.HourMs, crowd.World.SpanMs * 0.3);
            var credit = crowd.World.Enrolment.Token("pm_", crowd.Random.NextUInt64());
            var bin = Enrolment.Bin(crowd.Random.Between(1, 200));
            var referral = crowd.World.Enrolment.Token("ref_", crowd.Random.NextUInt64());
            Run(crowd, members, crowd.Random.Between(18, 30), persona => persona.Record = persona.Record with
            {
                Programme = "startup",
                Referral = referral,
                Payment = credit,
                PaymentBin = bin,
                Verification = VerificationLevel.Payment,
                Created = crowd.World.Enrolment.At(door + persona.Random.Exponential(1.2 * World.HourMs)),
            });
        }
    }

    static void Run(Crowd crowd, List<Persona> members, double hours, Action<Persona> enrol)
    {
        var (world, random) = (crowd.World, crowd.Random);
        var prefix = world.Enrolment.Addresses.Prefix(random, NetworkKind.Corporate);
        var hall = world.Enrolment.Addresses.At(random, NetworkKind.Corporate, prefix);
        var seed = random.NextUInt64();
        string[] tasks = [world.Library.Shared(PromptKind.Assignment, seed, 0), world.Library.Shared(PromptKind.Assignment, seed, 1)];
        var deadline = random.Between(world.SpanMs * 0.4, world.SpanMs);
        foreach (var persona in members)
        {
            enrol(persona);
            persona.Addresses = [hall, .. persona.Addresses.Take(1)];
            persona.FollowUpRatio = persona.Random.Between(0.2, 0.7);
            var from = crowd.From(persona);
            var slots = Timetables.Deadline(persona.Random, crowd.Volume(persona), Math.Min(from, deadline - World.HourMs), deadline, hours * World.HourMs);
            crowd.Add(new PersonActor(world, persona, [.. slots.Where(slot => slot.Ms >= from)], new PersonHabits
            {
                CodeRatio = 0.35,
                PasteRatio = 0.1,
                SpecialRatio = 0.55,
                // The same task, copied whole or in part, with a question of one's own.
                Special = (actor, _) => Ask(actor, tasks),
            }));
        }
    }

    static string Ask(PersonActor actor, string[] tasks)
    {
        var task = actor.Dice.Pick(tasks);
        var length = actor.Dice.Chance(0.6) ? task.Length : actor.Dice.Between(task.Length / 3, task.Length);
        return $"{task[..length]}\n{actor.Around.Library.Text(PromptKind.FollowUp, actor.Dice)}";
    }
}
