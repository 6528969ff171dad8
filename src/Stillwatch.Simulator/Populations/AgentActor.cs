using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>A public client program that drives tools: one long prefix over all its users.</summary>
sealed class AgentProgram
{
    static readonly string[] s_names = ["read_file", "write_file", "search_text", "run_shell", "list_folder", "fetch_page", "query_table", "send_mail"];

    public AgentProgram(World world, ulong seed, int prefixCharacters, int tools)
    {
        var random = new SeededRandom(seed);
        var text = new StringBuilder();
        while (text.Length < prefixCharacters)
        {
            text.Append(world.Library.Shared(PromptKind.Rules, seed, text.Length)).Append("\n\n");
        }

        System = text.ToString(0, prefixCharacters).TrimEnd();
        var first = random.Below(s_names.Length);
        Tools =
        [
            .. Enumerable.Range(0, tools).Select(number => new Tool(
                $"{s_names[(first + number) % s_names.Length]}_{world.Library.Grammar.Expand("ident", random)}",
                world.Library.Grammar.Expand("rule_line", random),
                $$"""{"type":"object","properties":{"{{world.Library.Grammar.Expand("ident", random)}}":{"type":"string"},"{{world.Library.Grammar.Expand("ident", random)}}_no":{"type":"integer"} },"required":[]}""")),
        ];
    }

    public string System { get; }

    public IReadOnlyList<Tool> Tools { get; }

    /// <summary>A call of one of the tools; its id is issued to one account only.</summary>
    public ToolUsePart Call(World world, SeededRandom random)
    {
        var grammar = world.Library.Grammar;
        var (name, value) = (grammar.Expand("ident", random), $"{grammar.Expand("noun", random)}_{random.Between(2, 900)}");
        return new ToolUsePart(world.Enrolment.Token("toolu_", random.NextUInt64()), random.Pick(Tools).Name, $"{{\"{name}\":\"{value}\"}}");
    }
}

/// <summary>A task with tools: a goal, then rounds of call and result; a session is a task, with human pauses between tasks.</summary>
sealed class AgentActor(World world, Persona persona, Slot[] slots, AgentProgram program) : Actor(world, persona, slots)
{
    readonly Conversation _task = new(world);
    ToolUsePart? _call;

    protected override Turn Speak(int index)
    {
        var fresh = Slots[index].Starts || _call is null;
        if (fresh)
        {
            _task.Clear();
        }

        var answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(60 * Persona.Verbosity, 0.8), 8, 1500), OutputStyle.Prose);
        var messages = fresh
            ? _task.Say(World.Library.Text(PromptKind.AgentGoal, Random), answer)
            : _task.Say(new ToolResultPart(_call!.Id, Result()), answer, _call);
        var last = index + 1 == Slots.Length || Slots[index + 1].Starts;
        _call = last ? null : program.Call(World, Random);
        if (last)
        {
            _task.Clear();
        }

        return new Turn { System = program.System, Tools = program.Tools, Messages = messages, Answer = answer, Call = _call };
    }

    string Result()
    {
        var text = new StringBuilder();
        for (var line = Random.Between(1, 5); line > 0; line--)
        {
            World.Library.Grammar.Expand("tool_note", Random, text);
            text.Append('\n');
        }

        return text.ToString();
    }
}
