using System.Security.Cryptography;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Third-party applications: one system prompt and one frame for the user's words, over accounts that nothing else connects.</summary>
static class Applications
{
    /// <summary>
    /// An application goes viral: its users sign up by the thousand within days, most during the log. Every second one was never registered.
    /// The dominant false positive of coordination detection: new, unlinked accounts, one template.
    /// </summary>
    public static void Viral(Crowd crowd)
    {
        var number = crowd.Random.Below(2);
        foreach (var members in crowd.EvenCircles(crowd.Groups(5)))
        {
            var app = new Application(crowd, registered: number++ % 2 == 0);
            var breaks = crowd.Random.Between(-48 * World.HourMs, crowd.World.SpanMs * 0.35);
            foreach (var persona in members)
            {
                var joined = Math.Min(breaks + persona.Random.Exponential(22 * World.HourMs), crowd.World.SpanMs - World.HourMs);
                if (persona.Random.Chance(0.85))
                {
                    persona.Record = persona.Record with { Created = crowd.World.Enrolment.At(joined) };
                }

                persona.Client = app.Client;
                crowd.Add(app.User(crowd, persona));
            }
        }
    }

    /// <summary>
    /// Users with keys of their own, at home, of an application that tries its prompt in a hundred variants: strangers who meet the same wordings, by the dozen and around items of their own, as a pool
    /// does that rewords its task list. Every second application is a tool: one question, one answer.
    /// </summary>
    public static void Variants(Crowd crowd)
    {
        var number = 0;
        foreach (var members in crowd.EvenCircles(crowd.Groups(4)))
        {
            var (app, isTool) = (new Application(crowd, registered: false, framedRatio: 1) { Variants = 100 }, number++ % 2 == 1);
            foreach (var persona in members)
            {
                persona.Client = app.Client;
                persona.FollowUpRatio = isTool ? 0 : persona.FollowUpRatio;
                crowd.Add(app.User(crowd, persona));
            }
        }
    }

    /// <summary>Users bring keys of their own to an application whose server makes all calls: one address and client for everybody, accounts of any age.</summary>
    public static void OwnKey(Crowd crowd)
    {
        var number = crowd.Random.Below(2);
        foreach (var members in crowd.EvenCircles(crowd.Groups(4)))
        {
            var app = new Application(crowd, registered: number++ % 2 == 0);
            var backend = crowd.World.Enrolment.Addresses.Draw(crowd.Random, NetworkKind.Datacenter);
            foreach (var persona in members)
            {
                persona.Client = app.Client;
                // People play with their key at home as well.
                persona.Addresses = persona.Random.Chance(0.25) ? [backend, persona.Addresses[0]] : [backend];
                crowd.Add(app.User(crowd, persona));
            }
        }
    }
}

/// <summary>One application.</summary>
sealed class Application
{
    readonly string _system;
    readonly SlotTemplate _frame;
    readonly string? _id;
    readonly double _framedRatio;
    readonly ulong _seed;

    /// <param name="framedRatio">Share of first questions inside the frame; null draws one.</param>
    public Application(Crowd crowd, bool registered, double? framedRatio = null)
    {
        var (world, random) = (crowd.World, crowd.Random);
        _system = TextVariation.Head(world.Library.Shared(PromptKind.AppSystem, random.NextUInt64(), 0), 1400);

        _seed = random.NextUInt64();
        var frame = world.Library.Shared(PromptKind.AppFrame, _seed, 0);
        _frame = new SlotTemplate(frame.Contains("{%", StringComparison.Ordinal) ? frame : $"{frame}\n{{%user}}");
        _framedRatio = framedRatio ?? random.Pick([0.0, 0.5, 1.0]);
        var name = world.Library.Grammar.Expand("noun", random).Split(' ')[0];
        Client = ClientHabit.Named(random, $"{name}App");
        if (registered)
        {
            _id = world.Enrolment.Token("app_", random.NextUInt64());
            world.Apps.Add(new AppRecord
            {
                App = _id,
                Name = name,
                Owner = world.Enrolment.Found(random, verified: true).Organization,
                ClientIds = [_id],
                UserAgents = [$"{name}App/*"],
                SystemPrompts = [$"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_system)))}"],
                Until = new DateOnly(2027, 1, 1),
                ReviewedBy = "registry",
            });
        }
    }

    public ClientHabit Client { get; }

    /// <summary>Wordings of the frame, one of them drawn for each question; 1: always the same.</summary>
    public int Variants { get; init; } = 1;

    /// <summary>What whoever reads along with a user sees of it.</summary>
    public FramedText Text => new(_system, _frame);

    Rewording? WordsFor(Crowd crowd, PersonActor actor) =>
        Variants == 1 ? null : crowd.World.Library.Reword(SeededRandom.Derive(_seed, (ulong)actor.Dice.Below(Variants)));

    public Actor User(Crowd crowd, Persona persona)
    {
        persona.App = _id;
        persona.MaxTokens = 1024;
        persona.Temperature = null;
        // An app's users come back for a few questions at a time, at any hour.
        var slots = Timetables.Person(persona.Random, crowd.Volume(persona), crowd.From(persona), crowd.World.SpanMs, 3, pauseSeconds: 50);
        return new PersonActor(crowd.World, persona, slots, new PersonHabits
        {
            System = Variants == 1 ? _system : null, // what is tried in variants is all of the prompt
            CodeRatio = 0.03,
            PasteRatio = 0.04,
            SpecialRatio = _framedRatio,
            Special = (actor, _) => _frame.Compose(crowd.World.Library, actor.Persona.Seed, actor.Dice.Below(1_000_000), WordsFor(crowd, actor)).Text,
        });
    }
}
