using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Innocents whom a campaign frames: they do what others of their kind do, and somebody makes it look like his.</summary>
static class Framed
{
    /// <summary>Users of applications, and firms with a pipeline, whose system prompt and frame a campaign copies.</summary>
    public static void Template(Crowd crowd)
    {
        var group = 0;
        foreach (var members in crowd.EvenCircles(crowd.Groups(4)))
        {
            // Every third group is a firm with a few accounts of its own; the others are applications, every second one registered.
            if (group % 3 == 2)
            {
                crowd.World.Victims.Texts.Add(Pipelines.Firm(crowd, members));
            }
            else
            {
                var app = new Application(crowd, registered: group % 2 == 0, framedRatio: 1);
                crowd.World.Victims.Texts.Add(app.Text);
                foreach (var persona in members)
                {
                    persona.Client = app.Client;
                    crowd.Add(app.User(crowd, persona));
                }
            }

            group++;
        }
    }

    /// <summary>People who discuss answers on a public board: they put up some of theirs and paste what others put up, a campaign's among it.</summary>
    public static void Echo(Crowd crowd)
    {
        var board = crowd.World.Victims.Board;
        for (var account = 0; account < crowd.Accounts; account++)
        {
            var persona = crowd.Open();
            crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits
            {
                SpecialRatio = 0.3,
                Special = (actor, ms) => board.Draw(actor.Dice, ms, byVictim: actor.Dice.Chance(0.3)) is { } answer
                    ? SharedTexts.Quote(actor, answer.Text(crowd.World)) : null,
                PublishRatio = 0.1,
                Board = board,
            }));
        }
    }

    /// <summary>Colleagues of an office and customers of a carrier through whose networks a campaign calls as well.</summary>
    public static void Exits(Crowd crowd)
    {
        var group = 0;
        foreach (var members in crowd.EvenCircles(crowd.Groups(8)))
        {
            var addresses = crowd.World.Enrolment.Addresses;
            var kind = group++ % 2 == 0 ? NetworkKind.Corporate : NetworkKind.Mobile;
            var prefix = addresses.Prefix(crowd.Random, kind);
            var office = addresses.At(crowd.Random, kind, prefix);
            crowd.World.Victims.Exits.Add(kind == NetworkKind.Corporate ? _ => office : random => addresses.At(random, kind, prefix));
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "works");
            foreach (var persona in members)
            {
                persona.Addresses = [crowd.World.Victims.Exits[^1](persona.Random), .. persona.Addresses.Take(1)];
                persona.Record = persona.Record with { SignupIp = persona.Addresses[0].Ip };
                if (kind == NetworkKind.Corporate)
                {
                    persona.Record = persona.Record with { EmailDomain = domain };
                }

                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits { CodeRatio = 0.3 }));
            }
        }
    }
}
