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
/// <remarks>What the accounts share is in <see cref="CampaignTraits"/>; here they get their place in the task list, their times, their heirs and their landlords.</remarks>
sealed class CampaignBuilder
{
    /// <summary>More rounds than an account lives to see.</summary>
    const int RoundsPerLife = 10_000;

    /// <summary>As in class chat.</summary>
    const double OwnerExchangesMedian = 15;

    readonly World _world;
    readonly CampaignPlan _plan;
    readonly SeededRandom _random;
    readonly IReadOnlyList<string> _capabilities;
    readonly int _seats;
    readonly int _generations;
    readonly int[] _counts;

    CampaignBuilder(World world, CampaignPlan plan, int ring)
    {
        _world = world;
        _plan = plan;
        var (rings, name) = (plan.Adaptation.Rings, ring == 0 ? $"campaign {plan.Name}" : $"campaign {plan.Name} ring {ring}");
        _random = new SeededRandom(SeededRandom.Derive(world.Seed, SeededRandom.Name(name)));
        // One operator deals the capabilities out, so that no ring shows all of what is wanted.
        _capabilities = rings == 1 ? plan.Capabilities : [.. plan.Capabilities.Where((_, number) => number % rings == ring % Math.Max(1, plan.Capabilities.Count))];
        var accounts = world.Scaled(plan.Accounts);
        accounts = Math.Max(2, ((ring + 1) * accounts / rings) - (ring * accounts / rings));
        _generations = plan.Adaptation.ChurnHours > 0
            ? Math.Max(1, (int)Math.Ceiling((world.Scenario.Hours - plan.StartHour - plan.RampHours) / plan.Adaptation.ChurnHours)) : 1;
        _seats = Math.Max(2, accounts / _generations);
        _counts = plan.ExchangesTotal == 0 ? [] : Deal((long)Math.Round((double)plan.ExchangesTotal * _seats / plan.Accounts));
    }

    public static void Build(World world, CampaignPlan plan)
    {
        for (var ring = 0; ring < plan.Adaptation.Rings; ring++)
        {
            new CampaignBuilder(world, plan, ring).Build();
        }
    }

    void Build()
    {
        var members = Enumerable.Range(0, _seats).Select(_ => Open()).ToList();
        var rented = members.Take((int)Math.Round(_seats * _plan.Adaptation.RentedRatio)).ToHashSet();
        var bought = members.Where(persona => !rented.Contains(persona)).ToList();
        var traits = new CampaignTraits(_world, _plan, _random, _seats);
        traits.SignUp(bought);
        traits.Pay(bought);
        var exit = traits.Exits();
        traits.Connect(bought, exit);
        var harvest = new HarvestList(_world, _plan, _capabilities, _random, _seats);
        var usual = traits.Equip(bought, harvest.Habits);
        // Members take their numbers in the task list at random: neighbours in the list share no card.
        var numbers = Enumerable.Range(0, _seats).ToArray();
        CampaignTraits.Shuffle(numbers, _random);
        var pivot = _world.ReleaseMs + (_random.Between(1.0, 8.0) * World.HourMs);
        for (var seat = 0; seat < _seats; seat++)
        {
            var persona = members[seat];
            persona.MovesAtMs = Moves(persona, pivot);
            if (rented.Contains(persona))
            {
                Rent(persona, usual, exit, harvest, numbers[seat], Count(persona, seat));
                continue;
            }

            var begin = Math.Max(_plan.StartHour * World.HourMs, (persona.Record.Created!.Value - _world.Scenario.Start).TotalMilliseconds + (World.HourMs / 6));
            begin = Math.Min(begin + persona.Random.Between(0, _plan.RampHours * World.HourMs), _world.SpanMs * 0.9);
            Add(persona, harvest, numbers[seat], begin, Count(persona, seat), generation: 0);
            Replace(persona, harvest, numbers[seat], begin, pivot);
        }
    }

    Persona Open() => _world.Enrolment.Open($"campaign:{_plan.Name}", _plan.Kind == CampaignKind.Relay ? Verdict.Resale : Verdict.Distillation);

    double? Moves(Persona persona, double pivot)
        => persona.Random.Chance(_plan.PivotRatio) ? Math.Max(_world.ReleaseMs, pivot + (persona.Random.Normal() * 2.5 * World.HourMs)) : null;

    // Exactly the total, in shares as uneven as accounts are: each gets the whole part, the largest remainders one more.
    int[] Deal(long total)
    {
        var random = new SeededRandom(SeededRandom.Derive(_random.NextUInt64(), 0xDEA1));
        var weights = Enumerable.Range(0, _seats).Select(_ => random.LogNormal(1, _plan.ExchangesSigma)).ToArray();
        var factor = total / weights.Sum();
        var counts = weights.Select(weight => (int)(weight * factor)).ToArray();
        foreach (var seat in Enumerable.Range(0, _seats).OrderByDescending(seat => (weights[seat] * factor) - counts[seat]).Take((int)(total - counts.Sum(count => (long)count))))
        {
            counts[seat]++;
        }

        return counts;
    }

    int Count(Persona persona, int seat)
        => _counts.Length > 0 ? _counts[seat] : Math.Max(1, (int)Math.Round(persona.Random.LogNormal(_plan.ExchangesMedian, _plan.ExchangesSigma)));

    Slot[] Slots(Persona persona, double begin, int count, int generation)
    {
        var resold = _counts.Length > 0 ? (int)Math.Round(count * _plan.ResaleRatio / (1 - _plan.ResaleRatio) * persona.Random.LogNormal(1, 0.25)) : 0;
        var life = _plan.Adaptation.ChurnHours * World.HourMs;
        var end = life > 0 && generation + 1 < _generations ? Math.Min(_world.SpanMs, begin + life) : _world.SpanMs;
        var slots = CampaignTimes.Of(persona.Random, _plan, count + resold, begin, end);
        for (var (slot, left) = (0, resold); left > 0; slot++)
        {
            if (persona.Random.Below(slots.Length - slot) < left)
            {
                slots[slot] = slots[slot] with { Resale = true };
                left--;
            }
        }

        return slots;
    }

    void Add(Persona persona, HarvestList harvest, int number, double begin, int count, int generation)
        => _world.Actors.Add(new HarvestActor(_world, persona, Slots(persona, begin, count, generation), _plan, harvest, number, generation * RoundsPerLife));

    // The heirs of a seat: fresh accounts with its card, exits and client, opened minutes before the one before them goes.
    void Replace(Persona first, HarvestList harvest, int number, double begin, double pivot)
    {
        for (var generation = 1; generation < _generations; generation++)
        {
            var heir = Open();
            var born = Math.Min(begin + (generation * _plan.Adaptation.ChurnHours * World.HourMs), _world.SpanMs * 0.97);
            heir.Record = heir.Record with
            {
                Created = _world.Enrolment.At(born - heir.Random.Between(3, 20.0) * 60_000),
                Payment = first.Record.Payment,
                PaymentBin = first.Record.PaymentBin,
                Verification = first.Record.Verification,
                SignupIp = first.Addresses[0].Ip,
            };
            (heir.Addresses, heir.Client, heir.NamesSessions) = (first.Addresses, first.Client, first.NamesSessions);
            (heir.Temperature, heir.MaxTokens, heir.Verbosity) = (first.Temperature, first.MaxTokens, first.Verbosity);
            heir.MovesAtMs = Moves(heir, pivot);
            Add(heir, harvest, number, born, Count(heir, 0), generation);
        }
    }

    // An aged customer with a card and a talk of their own; the campaign has a key of it.
    void Rent(Persona owner, ClientHabit usual, Func<SeededRandom, Address> exit, HarvestList harvest, int number, int count)
    {
        var random = owner.Random;
        var (card, bin) = (owner.Record.Payment ?? _world.Enrolment.Token("pm_", owner.Seed), owner.Record.PaymentBin ?? Enrolment.Bin(Enrolment.AnyBin(random)));
        owner.Record = owner.Record with
        {
            Created = _world.Enrolment.At(-(60 + random.Exponential(200)) * 24 * World.HourMs),
            Verification = owner.Record.Verification < VerificationLevel.Payment ? VerificationLevel.Payment : owner.Record.Verification,
            Payment = card,
            PaymentBin = bin,
        };
        // What the renter brings along: the owner's record is not touched by it.
        var equipment = new Persona
        {
            Record = owner.Record, Class = owner.Class, Random = random, Seed = owner.Seed, Key = owner.Key, Model = owner.Model,
            Client = random.Chance(_plan.UniformClientRatio) ? usual : owner.Client,
            Addresses = [exit(random), exit(random)], Temperature = harvest.Habits.Temperature, MaxTokens = harvest.Habits.MaxTokens ?? 4096,
        };
        var talk = Timetables.Person(random, (int)Math.Clamp(random.LogNormal(OwnerExchangesMedian, 1), 1, 400), 0, _world.SpanMs, 5);
        var begin = (_plan.StartHour + random.Between(0, _plan.RampHours)) * World.HourMs;
        _world.Actors.Add(RentedActor.Of(
            _world,
            new PersonActor(_world, owner, talk, new PersonHabits()),
            new HarvestActor(_world, owner, Slots(owner, begin, count, 0), _plan, harvest, number),
            equipment));
    }
}
