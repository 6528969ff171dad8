using System.CommandLine;
using System.Text.Json;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch campaigns list|show|explain</c>: what a running server's detection holds now, why, and what changes of it.</summary>
/// <remarks>
/// Exit codes: 0 done, or a followed stream was stopped; 1 no server, no right, no such campaign or account, a ledger that does not add up, or a
/// stream that the server ended; 2 wrong usage. With <c>--json</c> the admin API's answer, and with <c>--follow</c> one change a line after it.
/// </remarks>
static class CampaignsVerb
{
    const string Campaigns = "/api/v1/campaigns";

    public static Command Create()
    {
        var server = new ServerOptions();
        var verb = new Command("campaigns", "Look at what detection holds now.") { List(server), Show(server), Explain(server) };
        server.AddTo(verb);
        return verb;
    }

    static Command List(ServerOptions server)
    {
        var verdict = Choice<Verdict>("--verdict", "Only campaigns of this verdict; without it, all that are suspected of something.");
        var response = Choice<Rung>("--response", "Only campaigns at this rung.");
        var follow = Follow();
        var list = new Command("list", "List the campaigns that are suspected now.") { verdict, response, follow };
        server.Act(list, async (client, parsed, stop) =>
        {
            string?[] filters = [Filter("verdict", parsed.GetValue(verdict)), Filter("response", parsed.GetValue(response))];
            var reply = await AllAsync(client, string.Concat(filters), stop);
            var code = CasesVerb.Print(reply, server, parsed, CampaignJson.Readable.CampaignList, found => CaseText.Of(found, isFiltered: parsed.GetValue(verdict) is not null));
            return code == ExitCode.Done && parsed.GetValue(follow) ? await ChangeLines.FollowAsync(client, server, parsed, null, stop) : code;
        });
        return list;
    }

    static Command Show(ServerOptions server)
    {
        var id = new Argument<string>("CAMPAIGN") { Description = "As list names it. A campaign keeps its name while most of its accounts carry on." };
        var follow = Follow();
        var show = new Command("show", "Show a campaign: reasons, evidence, accounts.") { id, follow };
        server.Act(show, async (client, parsed, stop) =>
        {
            var wanted = parsed.GetRequiredValue(id);
            var reply = await client.GetAsync($"{Campaigns}/{Uri.EscapeDataString(wanted)}", CampaignJson.Readable.CampaignAnswer, stop);
            var code = CasesVerb.Print(reply, server, parsed, CampaignJson.Readable.CampaignAnswer, answer => CaseText.Of(answer.Campaign));
            return code == ExitCode.Done && parsed.GetValue(follow) ? await ChangeLines.FollowAsync(client, server, parsed, wanted, stop) : code;
        });
        return show;
    }

    static Command Explain(ServerOptions server)
    {
        var subject = new Argument<string>("ACCOUNT|CAMPAIGN") { Description = "An account, or a campaign as list names it." };
        var explain = new Command("explain", "Print the evidence for a verdict, weight by weight, and check that it adds up.") { subject };
        server.Act(explain, async (client, parsed, stop) =>
        {
            var (wanted, error) = (parsed.GetRequiredValue(subject), parsed.InvocationConfiguration.Error);
            var name = Uri.EscapeDataString(wanted);
            var campaign = await client.GetAsync($"{Campaigns}/{name}?limit=0", CampaignJson.Readable.CampaignAnswer, stop);
            if (campaign.Value is { } one)
            {
                return Print([Ledger.Of(one.Campaign)], [one.Campaign]);
            }

            if (campaign.Fault!.Code != "unknown_campaign")
            {
                return ServerOptions.Refused(campaign.Fault, campaign.Status, error);
            }

            var account = await client.GetAsync($"/api/v1/accounts/{name}/evidence", AdminJson.Strict.EvidenceAnswer, stop);
            if (account.Value is not { Judgements: [_, ..] judgements })
            {
                error.WriteLine(account.Value?.Says ?? $"'{wanted}' is neither a campaign that is held now nor an account this server knows: campaigns list shows every campaign.");
                return ExitCode.Failed;
            }

            return Print([.. judgements.Select(Ledger.Of)], []);

            int Print(List<Ledger> ledgers, IReadOnlyList<Campaign> campaigns) =>
                LedgerPrint.Print(ledgers, campaigns, parsed.GetValue(server.Json), parsed.InvocationConfiguration.Output, error);
        });
        return explain;
    }

    /// <summary>All pages in one.</summary>
    static async Task<AdminReply<CampaignList>> AllAsync(AdminClient client, string filters, CancellationToken stop)
    {
        Task<AdminReply<CampaignList>> PageAsync(string? after) => client.GetAsync(
            $"{Campaigns}?limit=100{filters}{Filter("after", after)}", CampaignJson.Readable.CampaignList, stop);

        var all = await PageAsync(null);
        while (all.Value is { Next: { } next } some)
        {
            all = await PageAsync(next) is { Value: { } page } ? all with { Value = page with { Campaigns = [.. some.Campaigns, .. page.Campaigns] } } : all with { Value = some with { Next = null } };
        }

        return all;
    }

    static string? Filter(string name, string? value) => value is null ? null : $"&{name}={Uri.EscapeDataString(value)}";

    static Option<string?> Choice<T>(string name, string description) where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToArray();
        var option = new Option<string?>(name) { Description = $"{description} One of {string.Join(", ", words)}.", HelpName = name[2..].ToUpperInvariant() };
        option.AcceptOnlyFromAmong(words);
        return option;
    }

    static Option<bool> Follow() => new("--follow") { Description = "Then print each change as it becomes true, until stopped." };
}
