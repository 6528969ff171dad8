using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>What a person's questions are like.</summary>
sealed record PersonHabits
{
    /// <summary>Share of conversations about programming.</summary>
    public double CodeRatio { get; init; } = 0.12;

    /// <summary>Mean share of first questions with a document pasted behind them; a quarter of people do it often, the others hardly ever.</summary>
    public double PasteRatio { get; init; } = 0.16;

    public string? System { get; init; }

    /// <summary>Share of first questions that <see cref="Special"/> writes.</summary>
    public double SpecialRatio { get; init; }

    /// <summary>Writes a question of the class's own, knowing the slot's time; null falls back to an ordinary one.</summary>
    public Func<PersonActor, uint, string?>? Special { get; init; }

    /// <summary>Share of answers put up on <see cref="Board"/> for others to paste.</summary>
    public double PublishRatio { get; init; }

    public NoticeBoard? Board { get; init; }
}

/// <summary>Somebody who talks to the model, by a chat program or by small scripts: most of the population.</summary>
sealed class PersonActor(World world, Persona persona, Slot[] slots, PersonHabits habits) : Actor(world, persona, slots)
{
    /// <summary>Ordinary people use public templates too: they try what they read.</summary>
    const double PublicTemplateRatio = 0.015;

    readonly Conversation _talk = new(world);
    readonly double _pasteRatio = habits.PasteRatio * (persona.Random.Chance(0.25) ? 3.2 : 0.27);
    readonly bool _wordy = persona.Random.Chance(0.3);

    // A third of people keep a few system prompts of their own: roles, styles, projects.
    readonly string[] _systems = [.. Enumerable.Range(0, persona.Random.Chance(0.36) ? persona.Random.Between(1, 6) : 0)
        .Select(_ => TextVariation.Head(world.Library.Text(persona.Random.Chance(0.5) ? PromptKind.Rules : PromptKind.AppSystem, persona.Random), 500))];

    bool _code;
    string? _system;

    /// <summary>The account's own randomness, for <see cref="PersonHabits.Special"/>.</summary>
    public Randomness.SeededRandom Dice => Random;

    public World Around => World;

    protected override Turn Speak(int index)
    {
        var turn = Say(Slots[index]);
        if (index + 1 == Slots.Length || Slots[index + 1].Starts)
        {
            // The next one begins anew: a quarter of a million accounts are not to hold what is over.
            _talk.Clear();
        }

        return turn;
    }

    Turn Say(Slot slot)
    {
        if (slot.Starts || _talk.IsEmpty || !Random.Chance(Persona.FollowUpRatio))
        {
            _talk.Clear();
            _code = Random.Chance(habits.CodeRatio);
            _system = habits.System ?? (_systems.Length > 0 && Random.Chance(0.75) ? Random.Pick(_systems) : null);
        }

        var first = _talk.IsEmpty;
        var system = _system;
        var text = first && Random.Chance(habits.SpecialRatio) ? habits.Special?.Invoke(this, slot.Ms) : null;
        var answer = Answer(_code);
        if (text is null && first && Random.Chance(PublicTemplateRatio))
        {
            var item = Random.Pick(Random.Pick(World.Families.Public).Templates).Compose(World.Library, Persona.Seed, Random.Below(100_000));
            text = item.Text;
            system ??= item.System;
        }

        if (habits.Board is not { } board || !Random.Chance(habits.PublishRatio))
        {
            return new Turn { System = system, Messages = _talk.Say(text ?? Ordinary(first), answer), Answer = answer };
        }

        answer = answer with { Tokens = Math.Max(answer.Tokens, 90), Logged = true };
        board.Post(answer, slot.Ms, byVictim: true);
        return new Turn { System = system, Messages = _talk.Say(text ?? Ordinary(first), answer), Answer = answer, Status = 200, MaxTokens = 4096 };
    }

    string Ordinary(bool first)
    {
        var kind = (first, _code) switch
        {
            (true, true) => PromptKind.Code,
            (true, false) => PromptKind.Chat,
            (false, true) => PromptKind.CodeFollowUp,
            _ => PromptKind.FollowUp,
        };
        var text = World.Library.Text(kind, Random);
        while (_wordy && text.Length < 1200 && Random.Chance(0.6))
        {
            text = $"{text} {World.Library.Text(PromptKind.Chat, Random)}";
        }

        return first && Random.Chance(_pasteRatio)
            ? $"{text}\n\n{World.Library.Document(Random, (int)Math.Clamp(Random.LogNormal(850, 0.8), 150, 6000))}"
            : text;
    }

    Answer Answer(bool code)
    {
        var tokens = code ? World.Traces.CodeTokens(Random) : World.Traces.ChatTokens(Random);
        return new Answer(Random.NextUInt64(), (int)Math.Clamp(tokens * Persona.Verbosity, 3, 3000), code ? OutputStyle.Code : OutputStyle.Prose);
    }
}
