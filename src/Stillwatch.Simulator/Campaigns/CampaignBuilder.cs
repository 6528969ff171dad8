using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>Opens the accounts of one campaign and sets them to work.</summary>
/// <remarks>
/// Plain traits: cards shared by small groups, few issuers, sign-ups in waves, a pool of proxies whose ranges benign people use too, mostly one
/// client, a few templates, a task list that the accounts partition, even volumes. Each is drawn with noise, so that no account stands out.
/// </remarks>
sealed class CampaignBuilder
{
    readonly World _world;
    readonly CampaignPlan _plan;
    readonly SeededRandom _random;
    readonly int _accounts;

    CampaignBuilder(World world, CampaignPlan plan)
    {
        _world = world;
        _plan = plan;
        _random = new SeededRandom(SeededRandom.Derive(world.Seed, SeededRandom.Name($"campaign {plan.Name}")));
        _accounts = world.Scaled(plan.Accounts);
    }

    public static void Build(World world, CampaignPlan plan) => new CampaignBuilder(world, plan).Build();

    void Build()
    {
        var verdict = _plan.Kind == CampaignKind.Relay ? Verdict.Resale : Verdict.Distillation;
        var members = Enumerable.Range(0, _accounts).Select(_ => _world.Enrolment.Open($"campaign:{_plan.Name}", verdict)).ToList();
        SignUp(members);
        Pay(members);
        Connect(members);
        var harvest = new HarvestList(_world, _plan, _random, _accounts);
        Equip(members, harvest.Habits);
        // Members take their numbers in the task list at random: neighbours in the list share no card.
        var numbers = Enumerable.Range(0, _accounts).ToArray();
        Shuffle(numbers);
        var pivot = _world.ReleaseMs + (_random.Between(1.0, 8.0) * World.HourMs);
        for (var member = 0; member < members.Count; member++)
        {
            var persona = members[member];
            var random = persona.Random;
            persona.MovesAtMs = random.Chance(_plan.PivotRatio) ? Math.Max(_world.ReleaseMs, pivot + (random.Normal() * 2.5 * World.HourMs)) : null;
            var begin = Math.Max(_plan.StartHour * World.HourMs, (persona.Record.Created!.Value - _world.Scenario.Start).TotalMilliseconds + (World.HourMs / 6));
            begin = Math.Min(begin + random.Between(0, _plan.RampHours * World.HourMs), _world.SpanMs * 0.9);
            var count = Math.Max(1, (int)Math.Round(random.LogNormal(_plan.ExchangesMedian, _plan.ExchangesSigma)));
            var slots = Timetables.Shifts(random, count, begin, _world.SpanMs, random.Chance(_plan.EvenRatio));
            _world.Actors.Add(new HarvestActor(_world, persona, slots, _plan, harvest, numbers[member], _world.SpanMs));
        }
    }

    // Waves of sign-ups by a script, on different days; farms age some accounts before they use them.
    void SignUp(List<Persona> members)
    {
        var start = _plan.StartHour * World.HourMs;
        var waves = Enumerable.Range(0, _plan.Signup.Waves)
            .Select(_ => start - World.HourMs - (24 * World.HourMs * _random.Between(0.3, Math.Max(0.4, _plan.Signup.Days)))).ToArray();
        foreach (var persona in members)
        {
            var at = _random.Pick(waves) - (persona.Random.NextRatio() * _plan.Signup.WaveMinutes * 60_000);
            // Some are bought, with an age and a past of their own.
            persona.Record = persona.Record with { Created = _world.Enrolment.At(persona.Random.Chance(0.12) ? Enrolment.AnyAge(persona.Random) : at) };
        }
    }

    void Pay(List<Persona> members)
    {
        var bins = Enumerable.Range(0, _plan.Payment.Bins).Select(_ => Enrolment.Bin(Enrolment.AnyBin(_random))).ToArray();
        var order = members.ToArray();
        Shuffle(order);
        var sharing = (int)Math.Round(order.Length * _plan.Payment.SharedRatio);
        for (var first = 0; first < sharing;)
        {
            var size = Math.Min(sharing - first, _random.Between(_plan.Payment.AccountsMin, _plan.Payment.AccountsMax));
            var (card, bin) = (_world.Enrolment.Token("pm_", _random.NextUInt64()), _random.Pick(bins));
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
                persona.Record = persona.Record with { PaymentBin = _random.Pick(bins) };
            }
        }
    }

    void Connect(List<Persona> members)
    {
        var addresses = _world.Enrolment.Addresses;
        var pool = Enumerable.Range(0, Math.Max(2, (int)(_accounts / _plan.Network.AccountsPerPrefix)))
            .Select(_ => _random.Chance(_plan.Network.DatacenterRatio) ? NetworkKind.Datacenter : NetworkKind.Residential)
            .Select(kind => (Kind: kind, Prefix: addresses.Prefix(_random, kind))).ToArray();
        Address Exit(SeededRandom random)
        {
            var (kind, prefix) = random.Pick(pool);
            return addresses.At(random, kind, prefix);
        }

        foreach (var persona in members)
        {
            var rotations = (int)Math.Round(persona.Random.Exponential(_plan.Network.RotationsPerDay * _world.Scenario.Hours / 24));
            persona.Addresses = [.. Enumerable.Range(0, Math.Clamp(1 + rotations, 1, 8)).Select(_ => Exit(persona.Random))];
            persona.Record = persona.Record with { SignupIp = persona.Random.Chance(0.8) ? Exit(persona.Random).Ip : persona.Record.SignupIp };
        }
    }

    void Equip(List<Persona> members, HarvestHabits habits)
    {
        var usual = ClientHabit.Draw(_random);
        var verbosity = _random.Between(0.8, 1.3);
        foreach (var persona in members)
        {
            var random = persona.Random;
            if (random.Chance(_plan.UniformClientRatio))
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
                persona.Record = persona.Record with { Device = members[random.Below(Math.Min(members.Count, 12))].Record.Device };
            }
        }
    }

    void Shuffle<T>(T[] items)
    {
        for (var item = items.Length - 1; item > 0; item--)
        {
            var other = _random.Below(item + 1);
            (items[item], items[other]) = (items[other], items[item]);
        }
    }
}
