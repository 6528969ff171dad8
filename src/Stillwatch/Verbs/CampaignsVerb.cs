using System.CommandLine;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch campaigns list|show</c>: what a running server's detection holds now.</summary>
/// <remarks>Exit codes: 0 done; 1 no server, no right, or no such campaign; 2 wrong usage. With <c>--json</c> list prints the whole report.</remarks>
static class CampaignsVerb
{
    const string Campaigns = "/api/v1/campaigns";

    public static Command Create()
    {
        var server = new ServerOptions();
        var list = new Command("list", "List the campaigns that are suspected now.");
        server.Act(list, async (client, parsed, stop) => CasesVerb.Print(
            await client.GetAsync(Campaigns, ReportJson.Readable.Report, stop), server, parsed, ReportJson.Readable.Report, CaseText.Of));

        var id = new Argument<string>("CAMPAIGN") { Description = "As list names it: C-1. Names change with each report; a case's does not." };
        var show = new Command("show", "Show a campaign: reasons, evidence, accounts.") { id };
        server.Act(show, async (client, parsed, stop) =>
        {
            var reply = await client.GetAsync(Campaigns, ReportJson.Readable.Report, stop);
            var wanted = parsed.GetRequiredValue(id);
            if (reply.Value is { } report && report.Campaigns.All(campaign => campaign.Id != wanted))
            {
                parsed.InvocationConfiguration.Error.WriteLine($"There is no campaign {wanted} now: campaigns list shows every one.");
                return ExitCode.Failed;
            }

            var one = reply with { Value = reply.Value is { } all ? all with { Campaigns = [.. all.Campaigns.Where(c => c.Id == wanted)], Accounts = [.. all.Accounts.Where(a => a.Campaign == wanted)] } : null };
            return CasesVerb.Print(one, server, parsed, ReportJson.Readable.Report, value => CaseText.Of(value.Campaigns[0]));
        });
        var verb = new Command("campaigns", "Look at what detection holds now.") { list, show };
        server.AddTo(verb);
        return verb;
    }
}
