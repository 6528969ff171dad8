using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>One account of a campaign: harvest by the task list, with cover traffic, resold users, follow-ups and grading as its plan says.</summary>
sealed class HarvestActor(World world, Persona persona, Slot[] slots, CampaignPlan plan, HarvestList list, int member, double spanMs)
    : Actor(world, persona, slots)
{
    readonly Conversation _talk = new(world);
    // A relay deals a few dozen of its users to an account at a time.
    readonly EndUsers _users = new(world, persona.Seed, 30);
    // Some accounts carry more of the harvest and some more of the rest.
    readonly double _tilt = persona.Random.LogNormal(1, 0.25);
    int _round;
    bool _harvesting;

    protected override Turn Speak(int index)
    {
        var draw = Random.NextRatio() / _tilt;
        if (draw < plan.ResaleRatio || plan.Kind == CampaignKind.Relay)
        {
            _harvesting = false;
            return _users.Speak(Random, named: false, ExchangeLabel.Resale, Persona.Verbosity);
        }

        if (draw < plan.ResaleRatio + plan.CoverRatio)
        {
            _harvesting = false;
            return Cover();
        }

        var ms = Slots[index].Ms;
        if (Random.Chance(plan.FeedbackRatio) && list.Grade(member, ms, Random) is { } graded)
        {
            return graded;
        }

        if (_harvesting && !Slots[index].Starts && Random.Chance(plan.FollowUpRatio))
        {
            return FollowUp();
        }

        var turn = list.Task(member, _round++, Random, Persona.Verbosity);
        _harvesting = true;
        _talk.Clear();
        // What will be graded is in the log in full, as the grader has it in full.
        var keep = plan.FeedbackRatio > 0 && turn.Answer.Tokens >= 60 && Random.Chance(plan.FeedbackRatio * 1.5) && ms < spanMs;
        var answer = turn.Answer with { Logged = keep };
        if (keep)
        {
            list.Keep(answer, ms, member);
        }

        _talk.Say(((TextPart)turn.Messages[0].Parts[0]).Text, answer);
        return new Turn { System = turn.System, Messages = turn.Messages, Answer = answer, Label = ExchangeLabel.Harvest, Status = keep ? 200 : null };
    }

    Turn Cover()
    {
        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(World.Traces.ChatTokens(Random) * Persona.Verbosity, 3, 2500), OutputStyle.Prose);
        return new Turn
        {
            Messages = [Message.User(World.Library.Text(Random.Chance(0.3) ? PromptKind.Code : PromptKind.Chat, Random))],
            Answer = answer,
            Label = ExchangeLabel.Cover,
        };
    }

    // Fake follow-ups cost little and lift an account's share of conversations.
    Turn FollowUp()
    {
        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(160, 0.7), 10, 1500), OutputStyle.Prose);
        return new Turn { Messages = _talk.Say(World.Library.Text(PromptKind.FollowUp, Random), answer), Answer = answer, Label = ExchangeLabel.Harvest };
    }
}
