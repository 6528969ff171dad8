using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>One card over several accounts that are no organization: payment sharing without any campaign.</summary>
static class SharedCards
{
    /// <summary>Families and flat-shares: two to five accounts, one card, one router, often one device.</summary>
    public static void Household(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(2, 5)))
        {
            var home = members[0];
            foreach (var persona in members)
            {
                Share(persona, home);
                persona.Addresses = [home.Addresses[0], .. persona.Addresses.Skip(1).Take(1)];
                if (persona.Random.Chance(0.4))
                {
                    persona.Record = persona.Record with { Device = home.Record.Device };
                }

                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits()));
            }
        }
    }

    /// <summary>A purchasing department pays for accounts that teams opened by themselves: 6 to 30 on one card, in different towns.</summary>
    public static void Procurement(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(6, 30)))
        {
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "group");
            foreach (var persona in members)
            {
                Share(persona, members[0]);
                persona.Record = persona.Record with { EmailDomain = domain };
                var code = persona.Random.Chance(0.5) ? 0.6 : 0.1;
                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits { CodeRatio = code, PasteRatio = 0.25 }));
            }
        }
    }

    static void Share(Identities.Persona persona, Identities.Persona payer)
    {
        var payment = payer.Record.Payment ?? $"pm_of_{payer.Record.Account}";
        var bin = payer.Record.PaymentBin ?? Identities.Enrolment.Bin(7);
        payer.Record = payer.Record with { Payment = payment, PaymentBin = bin };
        var level = persona.Record.Verification < VerificationLevel.Payment ? VerificationLevel.Payment : persona.Record.Verification;
        persona.Record = persona.Record with { Payment = payment, PaymentBin = bin, Verification = level };
    }
}
