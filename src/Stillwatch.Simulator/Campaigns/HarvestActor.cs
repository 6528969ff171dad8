using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Scenarios;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Campaigns;

/// <summary>One account of a campaign: harvest by the task list, with cover traffic, resold users, follow-ups and grading as its plan says.</summary>
/// <param name="member">Its place in the task list.</param>
/// <param name="firstRound">Where in its part of the list it begins: an heir goes on behind the account it replaces.</param>
sealed class HarvestActor(World world, Persona persona, Slot[] slots, CampaignPlan plan, HarvestList list, int member, int firstRound = 0)
    : Actor(world, persona, slots)
{
    const double MixedRatio = 0.5;

    readonly Conversation _talk = new(world);
    // A relay deals a few dozen of its users to an account at a time.
    readonly EndUsers _users = new(world, persona.Seed, 30);
    // Some accounts carry more of the harvest and some more of the rest.
    readonly double _tilt = persona.Random.LogNormal(1, 0.25);
    int _round = firstRound;
    bool _harvesting;
    Turn? _task;
    AgentProgram? _program;

    protected override Turn Speak(int index)
    {
        var adaptation = plan.Adaptation;
        if (adaptation.FloodRatio > 0 && Random.Chance(adaptation.FloodRatio))
        {
            _harvesting = false;
            return Flood();
        }

        switch (Draw(Slots[index]))
        {
            case ExchangeLabel.Resale:
                _harvesting = false;
                return _users.Speak(Random, named: false, ExchangeLabel.Resale, Persona.Verbosity);
            case ExchangeLabel.Cover:
                _harvesting = false;
                return Cover();
        }

        var ms = Slots[index].Ms;
        if (Random.Chance(plan.FeedbackRatio) && list.Grade(member, ms, Random) is { } graded)
        {
            return graded;
        }

        if (adaptation.EchoRatio > 0 && Random.Chance(adaptation.EchoRatio) && World.Victims.Board.Draw(Random, ms, byVictim: true) is { } published)
        {
            _harvesting = false;
            return Paste(published);
        }

        if (_harvesting && !Slots[index].Starts && _task?.Call is { } call)
        {
            return Result(_task, call);
        }

        if (_harvesting && !Slots[index].Starts && Random.Chance(plan.FollowUpRatio))
        {
            return FollowUp();
        }

        (var turn, _program) = list.Task(member, _round++, Random, Persona.Verbosity);
        _harvesting = true;
        _talk.Clear();
        // What will be graded is in the log in full, as the grader has it in full.
        var keep = plan.FeedbackRatio > 0 && turn.Answer.Tokens >= 60 && Random.Chance(plan.FeedbackRatio * 1.5) && ms < World.SpanMs;
        var put = adaptation.EchoRatio > 0 && turn.Answer.Tokens >= 60 && Random.Chance(adaptation.EchoRatio);
        var answer = turn.Answer with { Logged = keep || put };
        if (keep)
        {
            list.Keep(answer, ms, member);
        }

        if (put)
        {
            World.Victims.Board.Post(answer, ms, byVictim: false);
        }

        _talk.Say(((TextPart)turn.Messages[0].Parts[0]).Text, answer);
        _task = new Turn
        {
            System = turn.System,
            Tools = turn.Tools,
            Call = turn.Call,
            Messages = turn.Messages,
            Answer = answer,
            Label = ExchangeLabel.Harvest,
            Status = answer.Logged ? 200 : null,
        };
        return _task;
    }

    ExchangeLabel Draw(Slot slot)
    {
        if (plan.ExchangesTotal > 0)
        {
            return slot.Resale ? ExchangeLabel.Resale : Random.Chance(plan.CoverRatio) ? ExchangeLabel.Cover : ExchangeLabel.Harvest;
        }

        // Where the harvest is the smaller part, it is the harvest that varies from account to account.
        var rest = plan.ResaleRatio + plan.CoverRatio;
        var draw = rest > MixedRatio ? 1 - ((1 - Random.NextRatio()) / _tilt) : Random.NextRatio() / _tilt;
        return draw < plan.ResaleRatio || plan.Kind == CampaignKind.Relay ? ExchangeLabel.Resale : draw < rest ? ExchangeLabel.Cover : ExchangeLabel.Harvest;
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

    // Words that nobody has used, nor will again: they fill the tables of whoever counts words.
    Turn Flood()
    {
        var text = new System.Text.StringBuilder();
        for (var word = Random.Between(60, 160); word > 0; word--)
        {
            for (var letter = Random.Between(3, 9); letter > 0; letter--)
            {
                text.Append((char)('a' + Random.Below(26)));
            }

            text.Append(' ');
        }

        var answer = new Answer(Random.NextUInt64(), Random.Between(5, 60), OutputStyle.Prose);
        return new Turn { Messages = [Message.User(text.ToString())], Answer = answer, Label = ExchangeLabel.Cover };
    }

    // What an innocent published, as if the campaign had got it: a false trail to whoever it was served to.
    Turn Paste(Answer published)
    {
        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(160, 0.7), 10, 1500), OutputStyle.Prose);
        var text = $"{World.Library.Text(PromptKind.FollowUp, Random)}\n\n{published.Text(World)}";
        return new Turn { Messages = [Message.User(text)], Answer = answer, Label = ExchangeLabel.Harvest };
    }

    // The next round of a trajectory: what a tool gave, made up or real, and perhaps another call.
    Turn Result(Turn task, ToolUsePart call)
    {
        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(140, 0.7), 10, 1500), OutputStyle.Steps);
        _task = new Turn
        {
            System = task.System,
            Tools = task.Tools,
            Call = Random.Chance(0.5) ? _program!.Call(World, Random) : null,
            Messages = _talk.Say(new ToolResultPart(call.Id, World.Library.Grammar.Expand("tool_note", Random)), answer, call),
            Answer = answer,
            Label = ExchangeLabel.Harvest,
        };
        return _task;
    }

    // Fake follow-ups cost little and lift an account's share of conversations.
    Turn FollowUp()
    {
        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(160, 0.7), 10, 1500), OutputStyle.Prose);
        return new Turn { Messages = _talk.Say(World.Library.Text(PromptKind.FollowUp, Random), answer), Answer = answer, Label = ExchangeLabel.Harvest };
    }
}
