using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>What the accounts of one campaign share, or take care not to.</summary>
/// <remarks>
/// Plain traits: cards shared by small groups, few issuers, sign-ups in waves, a pool of proxies whose ranges benign people use too, mostly one
/// client, a few templates, a task list that the accounts partition, even volumes. Each is drawn with noise, so that no account stands out.
/// An adaptation makes every draw of the plain campaign and then sets it aside, so that nothing else changes with it.
/// </remarks>
/// <param name="dice">The campaign's randomness, apart from that of its accounts.</param>
sealed class CampaignTraits(World world, CampaignPlan plan, SeededRandom dice, int seats)
{
    // Waves of sign-ups by a script, on different days; farms age some accounts before they use them.
    public void SignUp(List<Persona> members)
    {
        var start = plan.StartHour * World.HourMs;
        var waves = Enumerable.Range(0, plan.Signup.Waves)
            .Select(_ => start - World.HourMs - (24 * World.HourMs * dice.Between(0.3, Math.Max(0.4, plan.Signup.Days)))).ToArray();
        foreach (var persona in members)
        {
            var at = dice.Pick(waves) - (persona.Random.NextRatio() * plan.Signup.WaveMinutes * 60_000);
            // Some are bought, with an age and a past of their own.
            var created = world.Enrolment.At(persona.Random.Chance(0.12) ? Enrolment.AnyAge(persona.Random) : at);
            if (!plan.Adaptation.OwnSignup)
            {
                persona.Record = persona.Record with { Created = created };
            }
        }
    }

    public void Pay(List<Persona> members)
    {
        var own = members.Select(persona => (persona.Record.Payment, persona.Record.PaymentBin, persona.Record.Verification)).ToList();
        var bins = Enumerable.Range(0, plan.Payment.Bins).Select(_ => Enrolment.Bin(Enrolment.AnyBin(dice))).ToArray();
        var order = members.ToArray();
        Shuffle(order, dice);
        var sharing = (int)Math.Round(order.Length * plan.Payment.SharedRatio);
        for (var first = 0; first < sharing;)
        {
            var size = Math.Min(sharing - first, dice.Between(plan.Payment.AccountsMin, plan.Payment.AccountsMax));
            var (card, bin) = (world.Enrolment.Token("pm_", dice.NextUInt64()), dice.Pick(bins));
            foreach (var persona in order.AsSpan(first, size))
            {
                persona.Record = persona.Record with { Payment = card, PaymentBin = bin, Verification = VerificationLevel.Payment };
            }

            first += size;
        }

        foreach (var persona in order.AsSpan(sharing))
        {
            if (persona.Record.Payment is not null && persona.Random.Chance(0.7))
            {
                persona.Record = persona.Record with { PaymentBin = dice.Pick(bins) };
            }
        }

        for (var member = 0; plan.Adaptation.OwnCard && member < members.Count; member++)
        {
            var (card, bin, level) = own[member];
            members[member].Record = members[member].Record with { Payment = card, PaymentBin = bin, Verification = level };
        }
    }

    // The pool of proxies; or the networks of innocents.
    public Func<SeededRandom, Address> Exits()
    {
        var addresses = world.Enrolment.Addresses;
        var pool = Enumerable.Range(0, Math.Max(2, (int)(seats / plan.Network.AccountsPerPrefix)))
            .Select(_ => dice.Chance(plan.Network.DatacenterRatio) ? NetworkKind.Datacenter : NetworkKind.Residential)
            .Select(kind => (Kind: kind, Prefix: addresses.Prefix(dice, kind))).ToArray();
        if (plan.Adaptation.Framing == Framing.Exits)
        {
            return random => random.Pick(world.Victims.Exits)(random);
        }

        return random =>
        {
            var (kind, prefix) = random.Pick(pool);
            return addresses.At(random, kind, prefix);
        };
    }

    public void Connect(List<Persona> members, Func<SeededRandom, Address> exit)
    {
        foreach (var persona in members)
        {
            var (random, home) = (persona.Random, persona.Record.SignupIp);
            var rotations = (int)Math.Round(random.Exponential(plan.Network.RotationsPerDay * world.Scenario.Hours / 24));
            persona.Addresses = [.. Enumerable.Range(0, Math.Clamp(1 + rotations, 1, 8)).Select(_ => exit(random))];
            persona.Record = persona.Record with { SignupIp = random.Chance(0.8) ? exit(random).Ip : home };
            if (plan.Adaptation.Residential)
            {
                var own = new SeededRandom(SeededRandom.Derive(persona.Seed, 0x40E));
                persona.Addresses = [world.Enrolment.Addresses.Draw(own, NetworkKind.Residential)];
                persona.Record = persona.Record with { SignupIp = persona.Addresses[0].Ip };
            }
        }
    }

    /// <summary>Gives out the campaign's client and settings, and returns the client.</summary>
    public ClientHabit Equip(List<Persona> members, HarvestHabits habits)
    {
        var usual = ClientHabit.Draw(dice);
        var verbosity = dice.Between(0.75, 1.2);
        foreach (var persona in members)
        {
            var random = persona.Random;
            if (random.Chance(plan.UniformClientRatio))
            {
                persona.Client = usual;
                persona.NamesSessions = false;
                persona.Temperature = habits.Temperature;
                persona.MaxTokens = habits.MaxTokens ?? 4096;
            }

            persona.Verbosity = verbosity * random.LogNormal(1, 0.35);
            if (random.Chance(0.15))
            {
                // Anti-detect browsers give most sign-ups a device of their own, not all.
                var other = members[random.Below(Math.Min(members.Count, 12))];
                if (!plan.Adaptation.OwnDevice)
                {
                    persona.Record = persona.Record with { Device = other.Record.Device };
                }
            }
        }

        return usual;
    }

    public static void Shuffle<T>(T[] items, SeededRandom random)
    {
        for (var item = items.Length - 1; item > 0; item--)
        {
            var other = random.Below(item + 1);
            (items[item], items[other]) = (items[other], items[item]);
        }
    }
}
