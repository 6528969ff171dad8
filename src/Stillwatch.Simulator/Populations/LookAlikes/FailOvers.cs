using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>
/// One company, several accounts: on a limit error the same request goes to the next one. Displacement between accounts that openly belong together.
/// </summary>
static class FailOvers
{
    public static void Build(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(2, 4)))
        {
            var firm = crowd.World.Enrolment.Found(crowd.Random, verified: crowd.Random.Chance(0.6));
            var domain = crowd.World.Enrolment.MailDomain(crowd.Random, "systems");
            var payment = crowd.World.Enrolment.Token("pm_", crowd.Random.NextUInt64());
            var prefix = crowd.World.Enrolment.Addresses.Prefix(crowd.Random, NetworkKind.Datacenter);
            var system = crowd.World.Library.Shared(PromptKind.AppSystem, crowd.Random.NextUInt64(), 0);
            system = system.Length > 1500 ? system[..1500] : system;
            var shared = new SharedQueue(crowd.Random.NextUInt64());
            var slots = Relay(crowd, members);
            for (var member = 0; member < members.Count; member++)
            {
                var persona = members[member];
                Enrolment.Join(persona, firm, payment, Enrolment.Bin(5), domain, VerificationLevel.Organization);
                persona.Client = members[0].Client;
                persona.Addresses = [crowd.World.Enrolment.Addresses.At(persona.Random, NetworkKind.Datacenter, prefix)];
                crowd.Add(new FailOverActor(crowd.World, persona, slots[member], shared, system));
            }
        }
    }

    // One service's load, dealt out in spells: an account works until it is limited, then the next takes over.
    static List<Slot[]> Relay(Crowd crowd, List<Persona> members)
    {
        var count = members.Sum(crowd.Volume);
        var from = members.Max(crowd.From);
        var all = Timetables.Program(members[0].Random, count, Math.Min(from, crowd.World.SpanMs - World.HourMs), crowd.World.SpanMs, crowd.World.Traces.Profile(members[0].Random));
        var dealt = members.Select(_ => new List<Slot>()).ToList();
        var turn = 0;
        var until = 0.0;
        foreach (var slot in all)
        {
            if (slot.Ms > until)
            {
                turn = (turn + 1) % members.Count;
                until = slot.Ms + (members[0].Random.LogNormal(35, 0.7) * 60_000);
            }

            dealt[turn].Add(slot);
        }

        return [.. dealt.Select(list => list.ToArray())];
    }
}

/// <summary>The next request of a service, and the one that was refused and must be sent again.</summary>
sealed class SharedQueue(ulong seed)
{
    long _next;
    long? _refused;

    public ulong Seed => seed;

    public long Take()
    {
        var item = _refused ?? _next++;
        _refused = null;
        return item;
    }

    public void GiveBack(long item) => _refused = item;
}

sealed class FailOverActor(World world, Persona persona, Slot[] slots, SharedQueue queue, string system) : Actor(world, persona, slots)
{
    protected override Turn Speak(int index)
    {
        var item = queue.Take();
        // The last exchange of a spell is the one that ran into the limit.
        var limited = index + 1 < Slots.Length && Slots[index + 1].Ms - Slots[index].Ms > 900_000 && Random.Chance(0.7);
        if (limited)
        {
            queue.GiveBack(item);
        }

        return new Turn
        {
            System = system,
            Messages = [Message.User(World.Library.Item(PromptKind.Support, queue.Seed, item))],
            Answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(70, 0.6), 5, 900), OutputStyle.Prose),
            Status = limited ? 429 : null,
        };
    }
}
