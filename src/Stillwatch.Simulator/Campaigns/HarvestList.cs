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
    readonly List<Harvested> _waiting = [];
    readonly ulong _seed;

    public HarvestList(World world, CampaignPlan plan, SeededRandom random, int members)
    {
        _world = world;
        _members = members;
        _seed = random.NextUInt64();
        Habits = random.Pick(world.Habits);
        var fitting = world.Families.ForCampaigns.Where(family => plan.Capabilities.Contains(family.Capability.ToString().ToLowerInvariant())).ToList();
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

        var desk = new SeededRandom(_seed);
        _grading = new SlotTemplate(world.Library.Grammar.Expand("harvest_grading", desk));
    }

    public HarvestHabits Habits { get; }

    /// <summary>The exchange of a member's given round.</summary>
    public Turn Task(int member, int round, SeededRandom random, double verbosity)
    {
        var item = (member + ((long)round * _members)) / Math.Max(1, Habits.SamplesPerPrompt);
        // Each member works mostly at one of the templates, and takes a turn at the others.
        var which = (member + (SeededRandom.Derive(_seed, (ulong)item) % 100 < 72 ? 0 : item)) % _templates.Count;
        var request = _templates[(int)which].Compose(_world.Library, SeededRandom.Derive(_seed, (ulong)which), item);
        var (style, median) = _capabilities[(int)which] switch
        {
            Capability.Reasoning => (OutputStyle.Steps, 330),
            Capability.Grading => (OutputStyle.Grade, 130),
            Capability.Tagging => (OutputStyle.Json, 60),
            Capability.Coding => (OutputStyle.Code, 260),
            Capability.Agentic => (OutputStyle.Steps, 200),
            _ => (OutputStyle.Prose, 220),
        };
        return new Turn
        {
            System = request.System,
            Messages = [Engine.Exchanges.Message.User(request.Text)],
            Answer = new Answer(random.NextUInt64(), (int)Math.Clamp(random.LogNormal(median * verbosity, 0.8), 10, 3000), style),
            Label = ExchangeLabel.Harvest,
        };
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
            var text = _grading.Fill(_world.Library, SeededRandom.Derive(_seed, 0x6AD), (long)(found.Answer.Seed >> 2), found.Answer.Text(_world));
            return new Turn
            {
                Messages = [Engine.Exchanges.Message.User(text)],
                Answer = new Answer(random.NextUInt64(), (int)Math.Clamp(random.LogNormal(120, 0.5), 10, 900), OutputStyle.Grade),
                Label = ExchangeLabel.Harvest,
            };
        }

        return null;
    }
}
