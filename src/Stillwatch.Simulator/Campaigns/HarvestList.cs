using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>An answer the campaign got, by which its task can be graded from another account.</summary>
readonly record struct Harvested(Answer Answer, uint Ms, int Member);

/// <summary>The task list of a campaign: its templates, the items each account takes, and the answers waiting to be graded.</summary>
/// <remarks>Tasks are partitioned: item number = member + round × members, so no two accounts send the same item unless the tool samples a prompt more than once.</remarks>
sealed class HarvestList
{
    const int MostWaiting = 400;

    readonly World _world;
    readonly int _members;
    readonly List<HarvestTemplate> _templates = [];
    readonly List<Capability> _capabilities = [];
    readonly SlotTemplate _grading;
    readonly AgentProgram _program;
    readonly List<Harvested> _waiting = [];
    readonly AdaptationPlan _adaptation;
    readonly ulong _seed;
    readonly ulong _focusPercent;

    /// <param name="capabilities">What this list is after; empty takes whatever tools there are.</param>
    public HarvestList(World world, CampaignPlan plan, IReadOnlyList<string> capabilities, SeededRandom random, int members)
    {
        _world = world;
        _members = members;
        _adaptation = plan.Adaptation;
        _seed = random.NextUInt64();
        _focusPercent = (ulong)Math.Round(100 * plan.FocusRatio);
        Habits = random.Pick(world.Habits);
        var fitting = world.Families.ForCampaigns.Where(family => capabilities.Contains(family.Capability.ToString().ToLowerInvariant())).ToList();
        var families = (fitting.Count > 0 ? fitting : world.Families.ForCampaigns).ToList();
        // One tool of each capability first, then others, as a campaign wants breadth before variety.
        while (_templates.Count < plan.Templates && families.Count > 0)
        {
            var missing = families.Where(family => !_capabilities.Contains(family.Capability)).ToList();
            var family = random.Pick(missing.Count > 0 ? missing : families);
            families.Remove(family);
            foreach (var template in family.Templates.Take(Math.Min(2, plan.Templates - _templates.Count)))
            {
                _templates.Add(template);
                _capabilities.Add(family.Capability);
            }
        }

        Adapt();
        var desk = new SeededRandom(_seed);
        _grading = new SlotTemplate(world.Library.Grammar.Expand("harvest_grading", desk));
        // Trajectories need tools: one set of them, sent along with every agentic task of the campaign.
        _program = new AgentProgram(world, _seed, 300, 5);
    }

    public HarvestHabits Habits { get; }

    void Adapt()
    {
        for (var number = 0; number < _templates.Count; number++)
        {
            if (_adaptation.Languages > 1)
            {
                _templates[number] = new ForeignTemplate(_templates[number], _adaptation.Languages, _world.Library, SeededRandom.Derive(_seed, 0xF0E1 + (ulong)number));
            }

            if (_adaptation.Framing == Framing.Template)
            {
                var texts = _world.Victims.Texts;
                _templates[number] = new CopiedTemplate(texts[(int)((_seed + (ulong)number) % (ulong)texts.Count)], _templates[number]);
            }
        }
    }

    // The number of a rewording; null: the words as published.
    ulong? Draw(SeededRandom random) => _adaptation.Paraphrase switch
    {
        Paraphrase.Pool => SeededRandom.Derive(_seed ^ 0x9A4A, (ulong)random.Below(_adaptation.Rewordings)),
        Paraphrase.Machine => random.NextUInt64(),
        _ => null,
    };

    /// <summary>The exchange of a member's given round, and the tools it goes on with.</summary>
    public (Turn Turn, AgentProgram Program) Task(int member, int round, SeededRandom random, double verbosity)
    {
        var item = (member + ((long)round * _members)) / Math.Max(1, Habits.SamplesPerPrompt);
        // Each member works mostly at one of the templates, and takes a turn at the others.
        var which = (member + (SeededRandom.Derive(_seed, (ulong)item) % 100 < _focusPercent ? 0 : item)) % _templates.Count;
        var wording = Draw(random);
        var words = wording is { } number ? _world.Library.Reword(number) : null;
        var request = _templates[(int)which].Compose(_world.Library, SeededRandom.Derive(_seed, (ulong)which), item, words);
        var (style, median) = _capabilities[(int)which] switch
        {
            Capability.Reasoning => (OutputStyle.Steps, 280),
            Capability.Grading => (OutputStyle.Grade, 130),
            Capability.Tagging => (OutputStyle.Json, 60),
            Capability.Coding => (OutputStyle.Code, 215),
            Capability.Agentic => (OutputStyle.Steps, 175),
            _ => (OutputStyle.Prose, 185),
        };
        var agentic = _capabilities[(int)which] == Capability.Agentic;
        // A tool sheet is part of the frame: a rewording brings names and descriptions of its own.
        var program = agentic && wording is { } sheet ? new AgentProgram(_world, sheet, 0, 5) : _program;
        var turn = new Turn
        {
            System = request.System,
            Tools = agentic ? program.Tools : [],
            Call = agentic && random.Chance(0.6) ? program.Call(_world, random) : null,
            Messages = [Message.User(request.Text)],
            Answer = new Answer(random.NextUInt64(), (int)Math.Clamp(random.LogNormal(median * verbosity, 0.85), 10, 3000), style),
            Label = ExchangeLabel.Harvest,
        };
        return (turn, program);
    }

    /// <summary>Remembers an answer for grading; the oldest is forgotten when too many wait.</summary>
    public void Keep(Answer answer, uint ms, int member)
    {
        if (_waiting.Count == MostWaiting)
        {
            _waiting.RemoveAt(0);
        }

        _waiting.Add(new Harvested(answer, ms, member));
    }

    /// <summary>Grades an answer that another member got at least ten minutes ago; null while there is none.</summary>
    public Turn? Grade(int member, uint ms, SeededRandom random)
    {
        for (var attempt = 0; attempt < 8 && _waiting.Count > 0; attempt++)
        {
            var index = random.Below(_waiting.Count);
            var found = _waiting[index];
            if (found.Member == member || found.Ms + 600_000 > ms)
            {
                continue;
            }

            _waiting.RemoveAt(index);
            var words = Draw(random) is { } number ? _world.Library.Reword(number) : null;
            var text = _grading.Fill(_world.Library, SeededRandom.Derive(_seed, 0x6AD), (long)(found.Answer.Seed >> 2), found.Answer.Text(_world), words: words);
            return new Turn
            {
                Messages = [Message.User(text)],
                Answer = new Answer(random.NextUInt64(), (int)Math.Clamp(random.LogNormal(120, 0.5), 10, 900), OutputStyle.Grade),
                Label = ExchangeLabel.Harvest,
            };
        }

        return null;
    }
}
