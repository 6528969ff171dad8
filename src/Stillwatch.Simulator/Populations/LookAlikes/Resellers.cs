using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Identities;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Licensed resellers: many end users behind a few accounts of one organization, all topics and models; they pass a hashed id of the user on.</summary>
static class Resellers
{
    public static void Build(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(1, 6)))
        {
            var firm = crowd.World.Enrolment.Found(crowd.Random, verified: true);
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "resale");
            var payment = crowd.World.Enrolment.Token("pm_", crowd.Random.NextUInt64());
            var prefix = crowd.World.Enrolment.Addresses.Prefix(crowd.Random, NetworkKind.Datacenter);
            var seed = crowd.Random.NextUInt64();
            foreach (var persona in members)
            {
                Enrolment.Join(persona, firm, payment, Enrolment.Bin(3), domain, VerificationLevel.Organization);
                persona.Record = persona.Record with { Licence = new Licence("resale", null, new DateOnly(2026, 12, 31), "sales") };
                persona.Addresses = [crowd.World.Enrolment.Addresses.At(persona.Random, NetworkKind.Datacenter, prefix)];
                persona.Verbosity = 1;
                // Resellers move to a new model with their users, at once.
                persona.MovesAtMs = persona.Random.Chance(0.5) ? crowd.World.ReleaseMs + persona.Random.Exponential(4 * World.HourMs) : null;
                crowd.Add(new RelayActor(crowd.World, persona, crowd.ProgramSlots(persona), new EndUsers(crowd.World, seed, 400), named: true, ExchangeLabel.Benign));
            }
        }
    }
}
