using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>The holder of one account: says what it sends at each of its slots, in order.</summary>
abstract class Actor(World world, Persona persona, Slot[] slots)
{
    int _place;
    string? _session;

    protected World World { get; } = world;

    public Persona Persona { get; } = persona;

    public Slot[] Slots { get; } = slots;

    protected SeededRandom Random => Persona.Random;

    /// <summary>What is sent at slot <paramref name="index"/>; called once for each, in order.</summary>
    protected abstract Turn Speak(int index);

    /// <summary>What this actor says at its slot <paramref name="index"/>, for one who speaks through it.</summary>
    public Turn Said(int index) => Speak(index);

    /// <summary>The exchange at slot <paramref name="index"/>.</summary>
    /// <param name="number">Its place in the log, which names it.</param>
    public SimulatedExchange Send(int index, long number)
    {
        var slot = Slots[index];
        if (slot.Starts || _session is null)
        {
            _place = Random.Chance(0.75) ? 0 : Random.Below(Persona.Addresses.Length);
            _session = World.Enrolment.Token("sess_", Random.NextUInt64());
        }

        var turn = Speak(index);
        var model = slot.Ms >= Persona.MovesAtMs ? World.Scenario.Models.New : Persona.Model;
        var status = turn.Status ?? (Random.Chance(World.Scenario.ErrorRatio) ? Random.Pick([429, 529, 500]) : 200);
        var address = Place(slot);
        var maxTokens = turn.MaxTokens ?? Persona.MaxTokens;
        return new SimulatedExchange(
            new Exchange
            {
                Id = $"ex_{number}",
                Time = World.Enrolment.At(slot.Ms),
                Account = Persona.Record.Account,
                Organization = Persona.Record.Organization,
                Key = Persona.Key,
                App = Persona.App,
                RequestId = $"req_{SeededRandom.Derive(World.Seed, (ulong)number):x16}",
                Batch = turn.Batch,
                Api = Client.Api,
                Status = status,
                LatencyMs = 250 + (int)(turn.Answer.Tokens * Random.Between(8.0, 22.0)) + Random.Below(400),
                Client = new ExchangeClient
                {
                    Ip = address.Ip,
                    Asn = address.Asn,
                    Country = address.Country,
                    UserAgent = Client.UserAgent,
                    Ja4 = Client.Ja4,
                    EndUser = turn.EndUser,
                    Session = turn.Session ?? (Persona.NamesSessions ? _session : null),
                },
                Request = new ExchangeRequest
                {
                    Model = model,
                    System = turn.System,
                    Messages = turn.Messages,
                    Tools = turn.Tools,
                    MaxTokens = maxTokens,
                    Temperature = turn.Temperature ?? Persona.Temperature,
                    Stream = Persona.Stream && !turn.Batch,
                },
                Response = status == 200 ? Respond(turn, model, maxTokens, number) : null,
            },
            turn.Label);
    }

    /// <summary>The program that sends what was last said.</summary>
    protected virtual ClientHabit Client => Persona.Client;

    /// <summary>Where the call at this slot comes from.</summary>
    protected virtual Address Place(Slot slot) => Persona.Addresses[_place];

    ExchangeResponse Respond(Turn turn, string model, int? maxTokens, long number)
    {
        var anthropic = Client.Api == ExchangeApi.AnthropicMessages;
        var tokens = turn.Answer.Tokens;
        var cut = maxTokens is { } most && tokens > most;
        List<MessagePart>? content = null;
        if (turn.Answer.Logged || Random.Chance(World.Scenario.ResponseContentRatio))
        {
            var text = turn.Answer.Text(World);
            tokens = OutputTexts.Tokens(text);
            content = [new TextPart(text)];
            if (turn.Call is { } call)
            {
                content.Add(call);
            }
        }

        var (input, cached, written) = Inputs(turn);
        return new ExchangeResponse
        {
            Id = $"{(anthropic ? "msg_" : "chatcmpl-")}{SeededRandom.Derive(World.Seed ^ 0x3333, (ulong)number):x16}",
            Model = model,
            StopReason = turn.Call is not null ? (anthropic ? "tool_use" : "tool_calls")
                : cut ? (anthropic ? "max_tokens" : "length") : anthropic ? "end_turn" : "stop",
            Usage = new TokenUsage(input, cached, written, cut && content is null ? maxTokens!.Value : tokens),
            Content = content,
        };
    }

    // A long prefix is written to the cache by the first exchange of a conversation and read by the others.
    static (int Input, int Cached, int Written) Inputs(Turn turn)
    {
        var characters = turn.Messages.Sum(message => message.Parts.Sum(part => part switch
        {
            TextPart text => text.Text.Length,
            ToolResultPart result => result.Text.Length,
            ToolUsePart use => use.InputJson.Length,
            _ => 0,
        }));
        var prefix = (turn.System?.Length ?? 0) + turn.Tools.Sum(tool => tool.Description.Length + tool.SchemaJson.Length);
        var cacheable = prefix > 3000 ? prefix / OutputTexts.CharactersPerToken : 0;
        var input = 8 + ((characters + (cacheable > 0 ? 0 : prefix)) / OutputTexts.CharactersPerToken);
        return turn.Messages.Count > 1 ? (input, cacheable, 0) : (input, 0, cacheable);
    }
}
