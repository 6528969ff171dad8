using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch cases</c>: campaigns under human judgement, their appeals, and what people decide on them, through a running server.</summary>
/// <remarks>Exit codes: 0 done; 1 no server, no right, no such case, or the server refuses; 2 wrong usage.</remarks>
static class CasesVerb
{
    const string Cases = "/api/v1/cases";

    public static Command Create()
    {
        var server = new ServerOptions();
        var verb = new Command("cases", "Look at cases, decide on them, answer appeals.")
        {
            List(server), Queue(server), Show(server), Approve(server),
            Decide(server, "refuse", "Refuse a rung that another person asked for, or take back what you asked for.", takesAccounts: false),
            Note(server),
            Decide(server, "dismiss", "Find a case false: its responses end, and the same evidence never alarms again.", takesAccounts: false),
            Decide(server, "overturn", "Reverse a case, or single accounts of it, and repair what it cost them.", takesAccounts: true),
            Decide(server, "uphold", "Confirm a case; it becomes a calibration example.", takesAccounts: false),
            Answer(server), Write(server), Export(server),
        };
        server.AddTo(verb);
        return verb;
    }

    static Command List(ServerOptions server)
    {
        var state = new Option<string?>("--state") { Description = "open, dismissed, upheld, overturned, expired or merged.", HelpName = "STATE" };
        var verb = new Command("list", "List cases, the newest first.") { state };
        server.Act(verb, async (client, parsed, stop) => Print(
            await client.GetAsync(parsed.GetValue(state) is { } wanted ? $"{Cases}?state={Uri.EscapeDataString(wanted)}" : Cases, CaseJson.Strict.CaseList, stop),
            server, parsed, CaseJson.Strict.CaseList, CaseText.Of));
        return verb;
    }

    static Command Queue(ServerOptions server)
    {
        var verb = new Command("queue", "List what waits for a person, the most pressing first, with the sum that says so.");
        server.Act(verb, async (client, parsed, stop) => Print(
            await client.GetAsync($"{Cases}/queue", CaseJson.Strict.QueueAnswer, stop), server, parsed, CaseJson.Strict.QueueAnswer, CaseText.Of));
        return verb;
    }

    static Command Note(ServerOptions server)
    {
        var (id, by, text) = (Id(), By(), Text("What the others should know."));
        var verb = new Command("note", "Write something down on a case.") { id, by, text };
        server.Act(verb, (client, parsed, stop) => Send(
            server, client, parsed, $"{Path(parsed.GetRequiredValue(id))}/notes",
            new CaseOrder(parsed.GetRequiredValue(by), parsed.GetRequiredValue(text)), CaseJson.Strict.CaseOrder, stop));
        return verb;
    }

    static Command Write(ServerOptions server)
    {
        var (id, by, text) = (Appeal(), By(), Text("What the account is told or asked."));
        var verb = new Command("write", "Write to the account that appealed, without answering the appeal yet.") { id, by, text };
        server.Act(verb, (client, parsed, stop) => Send(
            server, client, parsed, $"/api/v1/appeals/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/messages",
            new WrittenOrder(parsed.GetRequiredValue(by), parsed.GetRequiredValue(text)), CaseJson.Strict.WrittenOrder, stop));
        return verb;
    }

    static Command Show(ServerOptions server)
    {
        var id = Id();
        var verb = new Command("show", "Show a case: reasons, evidence, responses, actions, appeals.") { id };
        server.Act(verb, async (client, parsed, stop) => Print(
            await client.GetAsync(Path(parsed.GetRequiredValue(id)), CaseJson.Strict.CaseView, stop), server, parsed, CaseJson.Strict.CaseView, CaseText.Of));
        return verb;
    }

    static Command Approve(ServerOptions server)
    {
        var (id, by, reason) = (Id(), By(), Reason());
        var rung = new Option<string>("--rung") { Description = "withhold or suspend.", HelpName = "RUNG", Required = true };
        rung.AcceptOnlyFromAmong("withhold", "suspend");
        var account = Accounts();
        var verb = new Command("approve", "Withhold or suspend, for the policy's days. Where the policy asks for four eyes a second person says the same again.") { id, rung, by, reason, account };
        server.Act(verb, (client, parsed, stop) => Send(
            server, client, parsed, $"{Path(parsed.GetRequiredValue(id))}/approve",
            new CaseOrder(
                parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason), parsed.GetRequiredValue(rung) == "suspend" ? Rung.Suspend : Rung.Withhold, Named(parsed, account)),
            CaseJson.Strict.CaseOrder, stop));
        return verb;
    }

    static Command Decide(ServerOptions server, string name, string description, bool takesAccounts)
    {
        var (id, by, reason, account) = (Id(), By(), Reason(), Accounts());
        var verb = new Command(name, description) { id, by, reason };
        if (takesAccounts)
        {
            verb.Options.Add(account);
        }

        server.Act(verb, (client, parsed, stop) => Send(
            server, client, parsed, $"{Path(parsed.GetRequiredValue(id))}/{name}",
            new CaseOrder(parsed.GetRequiredValue(by), parsed.GetRequiredValue(reason), null, takesAccounts ? Named(parsed, account) : null), CaseJson.Strict.CaseOrder, stop));
        return verb;
    }

    static Command Answer(ServerOptions server)
    {
        var (id, by, text) = (Appeal(), By(), Text("What the account is told."));
        var decision = new Option<string>("--decision") { Description = "uphold or overturn.", HelpName = "DECISION", Required = true };
        decision.AcceptOnlyFromAmong("uphold", "overturn");
        var whole = new Option<bool>("--whole-case") { Description = "Overturn the whole case, and not only what is held of this account." };
        var verb = new Command("answer", "Answer an appeal.") { id, decision, text, by, whole };
        server.Act(verb, (client, parsed, stop) => Send(
            server, client, parsed, $"/api/v1/appeals/{Uri.EscapeDataString(parsed.GetRequiredValue(id))}/answer",
            new AnswerOrder(
                parsed.GetRequiredValue(decision) == "overturn" ? AppealDecision.Overturn : AppealDecision.Uphold, parsed.GetRequiredValue(text), parsed.GetRequiredValue(by),
                parsed.GetValue(whole)),
            CaseJson.Strict.AnswerOrder, stop));
        return verb;
    }

    static Command Export(ServerOptions server)
    {
        var verb = new Command("export", "Print what people decided on cases as calibration examples, JSON Lines.");
        server.Act(verb, async (client, parsed, stop) => Print(
            await client.GetAsync("/api/v1/calibration", CaseJson.Strict.ExampleList, stop), server, parsed, CaseJson.Strict.ExampleList,
            list => list.Examples.Select(example => JsonSerializer.Serialize(example, CalibrationJson.Default.CalibrationExample))));
        return verb;
    }

    static async Task<int> Send<T>(
        ServerOptions server, AdminClient client, ParseResult parsed, string path, T order, JsonTypeInfo<T> type, CancellationToken stop) =>
        Print(await client.PostAsync(path, order, type, CaseJson.Strict.CaseOutcome, stop), server, parsed, CaseJson.Strict.CaseOutcome, CaseText.Of);

    internal static int Print<T>(AdminReply<T> reply, ServerOptions server, ParseResult parsed, JsonTypeInfo<T> type, Func<T, IEnumerable<string>> text)
        where T : class
    {
        var output = parsed.InvocationConfiguration.Output;
        if (reply.Value is not { } value)
        {
            return ServerOptions.Refused(reply.Fault!, reply.Status, parsed.InvocationConfiguration.Error);
        }

        foreach (var line in parsed.GetValue(server.Json) ? [JsonSerializer.Serialize(value, type)] : text(value))
        {
            output.WriteLine(line);
        }

        return ExitCode.Done;
    }

    static string Path(string id) => $"{Cases}/{Uri.EscapeDataString(id)}";

    static IReadOnlyList<string>? Named(ParseResult parsed, Option<string[]> accounts) => parsed.GetValue(accounts) is { Length: > 0 } named ? named : null;

    static Argument<string> Id() => new("CASE") { Description = "The case's id: case_…" };

    static Argument<string> Appeal() => new("APPEAL") { Description = "The appeal's id: apl_…" };

    static Option<string> Text(string description) => new("--text") { Description = description, HelpName = "TEXT", Required = true };

    static Option<string> By() => new("--by") { Description = "The person who decides.", HelpName = "NAME", Required = true };

    static Option<string> Reason() => new("--reason") { Description = "Why: it stays in the log.", HelpName = "TEXT", Required = true };

    static Option<string[]> Accounts() => new("--account") { Description = "Only this account of the case; may be given again.", HelpName = "A" };
}
