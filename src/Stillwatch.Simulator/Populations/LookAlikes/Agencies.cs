using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>
/// An agency works for a client and hands its transcripts over; the client goes on with them under an account of its own. Text we wrote for one
/// account, and tool-call ids we issued to it, arrive from another: the lawful twin of a campaign that grades its own harvest.
/// </summary>
static class Agencies
{
    public static void Build(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(2, 3)))
        {
            var agency = members[0];
            var log = new TranscriptLog();
            crowd.Add(new AgencyActor(crowd.World, agency, crowd.PersonSlots(agency), log));
            foreach (var client in members.Skip(1))
            {
                client.Client = client.Client with { Api = agency.Client.Api };
                crowd.Add(new AgencyClientActor(crowd.World, client, crowd.PersonSlots(client, perSession: 3), log));
            }
        }
    }
}

/// <summary>The transcripts handed over so far; the newest few are kept.</summary>
sealed class TranscriptLog
{
    const int MostTranscripts = 6;

    readonly List<(string Question, Answer Answer, ToolUsePart? Call, uint Ms)> _transcripts = [];

    public void Add(string question, Answer answer, ToolUsePart? call, uint ms)
    {
        _transcripts.Add((question, answer, call, ms));
        if (_transcripts.Count > MostTranscripts)
        {
            _transcripts.RemoveAt(0);
        }
    }

    /// <summary>One that is at least half an hour old at <paramref name="ms"/>.</summary>
    public (string Question, Answer Answer, ToolUsePart? Call)? Draw(SeededRandom random, uint ms)
    {
        var old = _transcripts.Where(item => item.Ms + 1_800_000 < ms).ToList();
        if (old.Count == 0)
        {
            return null;
        }

        var (question, answer, call, _) = random.Pick(old);
        return (question, answer, call);
    }
}

sealed class AgencyActor(World world, Persona persona, Slot[] slots, TranscriptLog log) : Actor(world, persona, slots)
{
    readonly AgentProgram _desk = new(world, persona.Seed, 600, 2);

    protected override Turn Speak(int index)
    {
        var question = World.Library.Text(Random.Chance(0.5) ? PromptKind.OfficeGoal : PromptKind.Chat, Random);
        var answer = new Answer(Random.NextUInt64(), Random.Between(90, 320), OutputStyle.Prose, Logged: true);
        var call = Random.Chance(0.3) ? _desk.Call(World, Random) : null;
        log.Add(question, answer, call, Slots[index].Ms);
        return new Turn
        {
            Messages = [Message.User(question)],
            Answer = answer,
            Tools = call is null ? [] : _desk.Tools,
            Call = call,
            Status = 200,
            MaxTokens = 4096,
        };
    }
}

sealed class AgencyClientActor(World world, Persona persona, Slot[] slots, TranscriptLog log) : Actor(world, persona, slots)
{
    protected override Turn Speak(int index)
    {
        var answer = new Answer(Random.NextUInt64(), (int)(World.Traces.ChatTokens(Random) * Persona.Verbosity) + 3, OutputStyle.Prose);
        if (Random.Chance(0.4) && log.Draw(Random, Slots[index].Ms) is var (question, given, call))
        {
            var text = World.Library.Text(PromptKind.FollowUp, Random);
            if (call is null)
            {
                // Half paste the answer into a question, half continue the conversation.
                return Random.Chance(0.5)
                    ? new Turn { Messages = [Message.User($"{text}\n\n{given.Text(World)}")], Answer = answer }
                    : new Turn { Messages = [Message.User(question), Message.Assistant(given.Text(World)), Message.User(text)], Answer = answer };
            }

            return new Turn
            {
                Messages =
                [
                    Message.User(question),
                    new Message(MessageRole.Assistant, [new TextPart(given.Text(World)), call]),
                    new Message(MessageRole.User, [new ToolResultPart(call.Id, World.Library.Grammar.Expand("tool_note", Random)), new TextPart(text)]),
                ],
                Answer = answer,
            };
        }

        return new Turn { Messages = [Message.User(World.Library.Text(PromptKind.Chat, Random))], Answer = answer };
    }
}
