using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>The end users behind a reseller: each has conversations and a language of habits of their own; few are busy, most are not.</summary>
sealed class EndUsers(World world, ulong seed, int count)
{
    readonly Dictionary<int, Conversation> _talks = [];

    /// <summary>What some end user says next.</summary>
    /// <param name="named">Whether the reseller passes a hashed id of the user on.</param>
    public Turn Speak(SeededRandom random, bool named, ExchangeLabel label, double verbosity)
    {
        // Heavy-tailed: the busiest few make half of the traffic.
        var user = (int)(count * Math.Pow(random.NextRatio(), 3));
        if (!_talks.TryGetValue(user, out var talk) || !random.Chance(0.45))
        {
            // Many conversations are open at once, but a log needs no memory of all of them.
            if (_talks.Count >= 12)
            {
                _talks.Clear();
            }

            _talks[user] = talk = new Conversation(world);
        }

        var code = SeededRandom.Derive(seed, (ulong)user) % 4 == 0;
        var kind = (talk.IsEmpty, code) switch
        {
            (true, true) => PromptKind.Code,
            (true, false) => PromptKind.Chat,
            (false, true) => PromptKind.CodeFollowUp,
            _ => PromptKind.FollowUp,
        };
        var text = world.Library.Text(kind, random);
        if (random.Chance(0.12))
        {
            text = $"{text}\n\n{world.Library.Document(random, (int)Math.Clamp(random.LogNormal(1200, 0.8), 200, 8000))}";
        }

        var tokens = code ? world.Traces.CodeTokens(random) : world.Traces.ChatTokens(random);
        var answer = new Answer(random.NextUInt64(), (int)Math.Clamp(tokens * verbosity, 3, 3000), code ? OutputStyle.Code : OutputStyle.Prose);
        return new Turn
        {
            Messages = talk.Say(text, answer),
            Answer = answer,
            Label = label,
            EndUser = named ? world.Enrolment.Token("u_", SeededRandom.Derive(seed, (ulong)user)) : null,
        };
    }
}

/// <summary>An account that serves other people: a licensed reseller here, an unlicensed relay among the campaigns.</summary>
sealed class RelayActor(World world, Persona persona, Slot[] slots, EndUsers users, bool named, ExchangeLabel label) : Actor(world, persona, slots)
{
    protected override Turn Speak(int index) => users.Speak(Random, named, label, Persona.Verbosity);
}
