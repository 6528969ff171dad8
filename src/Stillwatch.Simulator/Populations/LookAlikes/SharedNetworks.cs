using Stillwatch.Simulator.Identities;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>People who share an exit of the network and nothing else.</summary>
static class SharedNetworks
{
    /// <summary>One office address per firm; colleagues hold accounts of their own, some of them signed up on the same working day.</summary>
    public static void Corporate(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(12)))
        {
            var prefix = crowd.World.Enrolment.Addresses.Prefix(crowd.Random, NetworkKind.Corporate);
            var office = crowd.World.Enrolment.Addresses.At(crowd.Random, NetworkKind.Corporate, prefix);
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "works");
            var introduced = Enrolment.AnyAge(crowd.Random);
            foreach (var persona in members)
            {
                persona.Addresses = [office, .. persona.Addresses.Take(1)];
                persona.Record = persona.Record with { EmailDomain = domain, SignupIp = office.Ip };
                if (persona.Random.Chance(0.3))
                {
                    persona.Record = persona.Record with { Created = crowd.World.Enrolment.At(introduced + persona.Random.Between(0, 8 * World.HourMs)) };
                }

                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits { CodeRatio = 0.4 }));
            }
        }
    }

    /// <summary>Mobile carriers and VPN services: many strangers behind few addresses.</summary>
    public static void Carrier(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(8)))
        {
            var kind = crowd.Random.Chance(0.5) ? NetworkKind.Mobile : NetworkKind.Vpn;
            var prefix = crowd.World.Enrolment.Addresses.Prefix(crowd.Random, kind);
            foreach (var persona in members)
            {
                persona.Addresses =
                [
                    crowd.World.Enrolment.Addresses.At(persona.Random, kind, prefix),
                    crowd.World.Enrolment.Addresses.At(persona.Random, kind, prefix),
                ];
                persona.Record = persona.Record with { SignupIp = persona.Addresses[0].Ip };
                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits()));
            }
        }
    }
}
