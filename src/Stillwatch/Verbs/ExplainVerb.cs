using System.CommandLine;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Verbs;

/// <summary><c>stillwatch explain ACCOUNT|CAMPAIGN --report DIR</c>: every weight that led to a verdict, and their sum.</summary>
/// <remarks>Exit codes: 0 the ledger agrees with the confidence, 1 it does not or the report cannot be read, 2 unknown id or no report there.</remarks>
public static class ExplainVerb
{
    public static Command Create()
    {
        var subject = new Argument<string>("ACCOUNT|CAMPAIGN") { Description = "An account or a campaign of the report." };
        var path = new Option<string>("--report") { Description = "The directory a scan wrote, or its report.json.", HelpName = "DIR", Required = true };
        var json = new Option<bool>("--json") { Description = "Print the ledger as JSON." };
        var verb = new Command("explain", "Print the evidence for a verdict, weight by weight, and check that it adds up.") { subject, path, json };
        verb.SetAction(parsed => Run(
            parsed.GetRequiredValue(subject), parsed.GetRequiredValue(path), parsed.GetValue(json),
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return verb;
    }

    static int Run(string subject, string path, bool json, TextWriter output, TextWriter error)
    {
        var (report, fault) = ReportFile.Read(path);
        if (report is null)
        {
            error.WriteLine(fault);
            return File.Exists(path) || Directory.Exists(path) ? 1 : 2;
        }

        var ledgers = LedgersOf(subject, report);
        if (ledgers.Count == 0)
        {
            error.WriteLine(Unknown(subject, report));
            return 2;
        }

        return LedgerPrint.Print(ledgers, report.Campaigns, json, output, error);
    }

    // An account may be held by several campaigns; each has a ledger of its own.
    static List<Ledger> LedgersOf(string subject, Report report) =>
    [
        .. report.Campaigns.Where(campaign => campaign.Id == subject).Select(Ledger.Of),
        .. report.Accounts.Where(account => account.Account == subject).Select(Ledger.Of),
    ];

    static string Unknown(string subject, Report report)
    {
        var known = report.Campaigns.Select(campaign => campaign.Id).Concat(report.Accounts.Select(account => account.Account));
        var nearest = NearestIds.To(subject, known);
        return nearest.Count == 0
            ? $"'{subject}' is not in this report, which holds no campaign and so judges no account."
            : $"'{subject}' is neither a campaign nor an account of one in this report. Nearest: {string.Join(", ", nearest)}.";
    }
}
