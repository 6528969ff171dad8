using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Strangers who send the same words, because the words are public.</summary>
static class SharedTexts
{
    /// <summary>A prompt goes round: each tries it once or a few times with a line of their own, among their usual talk.</summary>
    public static void ViralPrompt(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(6)))
        {
            var seed = crowd.Random.NextUInt64();
            var prompt = TextVariation.Head(crowd.World.Library.Shared(PromptKind.Viral, seed, 0), 900);
            var template = new SlotTemplate(prompt.Contains("{%", StringComparison.Ordinal) ? prompt : $"{prompt}\n\n{{%user}}");
            // It is found at some hour and spreads from there.
            var found = crowd.Random.Between(0, crowd.World.SpanMs * 0.5);
            foreach (var persona in members)
            {
                var knows = found + persona.Random.Exponential(8 * World.HourMs);
                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits
                {
                    SpecialRatio = 0.3,
                    Special = (actor, ms) => ms < knows ? null : template.Compose(crowd.World.Library, actor.Persona.Seed, actor.Dice.Below(1_000_000)).Text,
                }));
            }
        }
    }

    /// <summary>The first member of a circle publishes an answer it got; the others paste it, to discuss, correct or translate it.</summary>
    public static void PublishedOutput(Crowd crowd)
    {
        foreach (var members in crowd.EvenCircles(crowd.Groups(4)))
        {
            var published = new Answer(crowd.Random.NextUInt64(), crowd.Random.Between(160, 420), OutputStyle.Prose, Logged: true);
            var author = members[0];
            author.MaxTokens = 4096;
            var question = crowd.World.Library.Text(PromptKind.Chat, crowd.Random);
            var slots = crowd.PersonSlots(author);
            crowd.Add(new AuthorActor(crowd.World, author, slots, question, published));
            var known = slots.Length > 0 ? slots[0].Ms + (0.5 * World.HourMs) : 0;
            foreach (var persona in members.Skip(1))
            {
                crowd.Add(new PersonActor(crowd.World, persona, crowd.PersonSlots(persona), new PersonHabits
                {
                    SpecialRatio = 0.25,
                    Special = (actor, ms) => ms < known ? null : Quote(actor, published.Text(crowd.World)),
                }));
            }
        }
    }

    // People seldom paste all of it.
    public static string Quote(PersonActor actor, string text)
    {
        var start = actor.Dice.Chance(0.5) ? 0 : actor.Dice.Below(text.Length / 3);
        var length = Math.Min(text.Length - start, actor.Dice.Between(text.Length / 3, text.Length));
        return $"{actor.Around.Library.Text(PromptKind.FollowUp, actor.Dice)}\n\n{text.Substring(start, length)}";
    }
}

/// <summary>Gets the answer that will be published with its first exchange, then talks as usual.</summary>
sealed class AuthorActor(World world, Identities.Persona persona, Arrivals.Slot[] slots, string question, Answer published) : Actor(world, persona, slots)
{
    protected override Turn Speak(int index)
    {
        var answer = index == 0 ? published : new Answer(Random.NextUInt64(), World.Traces.ChatTokens(Random), OutputStyle.Prose);
        return new Turn
        {
            Messages = [Engine.Exchanges.Message.User(index == 0 ? question : World.Library.Text(PromptKind.Chat, Random))],
            Answer = answer,
            Status = index == 0 ? 200 : null,
        };
    }
}
