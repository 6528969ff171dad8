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
        SignUp(bought);
        Pay(bought);
        var exit = Exits();
        Connect(bought, exit);
        var harvest = new HarvestList(_world, _plan, _capabilities, _random, _seats);
        Equip(bought, harvest.Habits, out var usual);
        // Members take their numbers in the task list at random: neighbours in the list share no card.
        var numbers = Enumerable.Range(0, _seats).ToArray();
        Shuffle(numbers);
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
            var created = _world.Enrolment.At(persona.Random.Chance(0.12) ? Enrolment.AnyAge(persona.Random) : at);
            if (!_plan.Adaptation.OwnSignup)
            {
                persona.Record = persona.Record with { Created = created };
            }
        }
    }

    void Pay(List<Persona> members)
    {
        var own = members.Select(persona => (persona.Record.Payment, persona.Record.PaymentBin, persona.Record.Verification)).ToList();
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

        for (var member = 0; _plan.Adaptation.OwnCard && member < members.Count; member++)
        {
            var (card, bin, level) = own[member];
            members[member].Record = members[member].Record with { Payment = card, PaymentBin = bin, Verification = level };
        }
    }

    // The pool of proxies; or the networks of innocents.
    Func<SeededRandom, Address> Exits()
    {
        var addresses = _world.Enrolment.Addresses;
        var pool = Enumerable.Range(0, Math.Max(2, (int)(_seats / _plan.Network.AccountsPerPrefix)))
            .Select(_ => _random.Chance(_plan.Network.DatacenterRatio) ? NetworkKind.Datacenter : NetworkKind.Residential)
            .Select(kind => (Kind: kind, Prefix: addresses.Prefix(_random, kind))).ToArray();
        if (_plan.Adaptation.Framing == Framing.Exits)
        {
            return random => random.Pick(_world.Victims.Exits)(random);
        }

        return random =>
        {
            var (kind, prefix) = random.Pick(pool);
            return addresses.At(random, kind, prefix);
        };
    }

    void Connect(List<Persona> members, Func<SeededRandom, Address> exit)
    {
        foreach (var persona in members)
        {
            var (random, home) = (persona.Random, persona.Record.SignupIp);
            var rotations = (int)Math.Round(random.Exponential(_plan.Network.RotationsPerDay * _world.Scenario.Hours / 24));
            persona.Addresses = [.. Enumerable.Range(0, Math.Clamp(1 + rotations, 1, 8)).Select(_ => exit(random))];
            persona.Record = persona.Record with { SignupIp = random.Chance(0.8) ? exit(random).Ip : home };
            if (_plan.Adaptation.Residential)
            {
                var own = new SeededRandom(SeededRandom.Derive(persona.Seed, 0x40E));
                persona.Addresses = [_world.Enrolment.Addresses.Draw(own, NetworkKind.Residential)];
                persona.Record = persona.Record with { SignupIp = persona.Addresses[0].Ip };
            }
        }
    }

    void Equip(List<Persona> members, HarvestHabits habits, out ClientHabit usual)
    {
        usual = ClientHabit.Draw(_random);
        var verbosity = _random.Between(0.75, 1.2);
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
                var other = members[random.Below(Math.Min(members.Count, 12))];
                if (!_plan.Adaptation.OwnDevice)
                {
                    persona.Record = persona.Record with { Device = other.Record.Device };
                }
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
