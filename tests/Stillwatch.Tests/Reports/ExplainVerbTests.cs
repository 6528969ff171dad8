using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Stillwatch.Engine.Judgement;
using Stillwatch.Verbs;

namespace Stillwatch.Tests.Reports;

public sealed class ExplainVerbTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("stillwatch-explain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_campaign_and_account_adds_up()
    {
        var report = Written(Some.Report(accounts: 20));
        foreach (var subject in report.Campaigns.Select(campaign => campaign.Id).Concat(report.Campaigns[0].Accounts))
        {
            var (code, output, error) = Explain(subject);
            Assert.Equal((0, ""), (code, error));
            Assert.Contains("The two agree within 1e-9.", output);
        }
    }

    [Fact]
    public void The_ledger_prints_prior_items_calibration_and_sum()
    {
        var campaign = Written(Some.Report(accounts: 20)).Campaigns[0];
        var output = Explain("C-1").Output;
        Assert.Contains("-9.000", output);
        Assert.Contains("-0.350", output);
        Assert.Contains("calibration offset", output);
        Assert.All(campaign.Evidence, item => Assert.Contains(item.Says, output));
        Assert.All(campaign.Evidence, item => Assert.Contains($"{item.Family} / {item.Trait}", output));
    }

    [Fact]
    public void A_tampered_weight_is_detected()
    {
        var report = Some.Report(accounts: 20);
        var campaign = report.Campaigns[0];
        Written(report with { Campaigns = [campaign with { Evidence = [campaign.Evidence[0] with { LogOdds = 3.9 }, .. campaign.Evidence.Skip(1)] }] });
        var (code, output, error) = Explain("C-1");
        Assert.Equal(1, code);
        Assert.Contains("DO NOT agree", output);
        Assert.Contains("does not add up", error);
    }

    [Fact]
    public void A_tampered_confidence_of_an_account_is_detected()
    {
        var report = Some.Report(accounts: 20);
        Written(report with { Accounts = [report.Accounts[0] with { Confidence = 0.999 }] });
        Assert.Equal(1, Explain(report.Accounts[0].Account).Code);
    }

    [Fact]
    public void An_unknown_id_names_the_nearest()
    {
        Written(Some.Report(accounts: 20));
        var (code, _, error) = Explain("c-11");
        Assert.Equal(2, code);
        Assert.Contains("Nearest: C-1", error);
    }

    [Fact]
    public void An_empty_report_holds_no_id()
    {
        Written(Some.Empty());
        Assert.Equal(2, Explain("C-1").Code);
    }

    [Fact]
    public void The_report_may_be_named_as_a_file_and_printed_as_json()
    {
        Written(Some.Report(accounts: 20));
        var (code, output, _) = Explain("C-2", "--json", Path.Combine(_folder, "report.json"));
        var ledger = JsonNode.Parse(output)![0]!;
        Assert.Equal(0, code);
        Assert.Equal(-9, (double)ledger["prior_log_odds"]!);
        Assert.True((bool)ledger["agrees"]!);
        Assert.Equal((double)ledger["logit"]!, (double)ledger["sum_log_odds"]!, 9);
    }

    [Fact]
    public void No_report_and_a_broken_one_are_said_plainly()
    {
        Assert.Contains("There is no report", Explain("C-1").Error);
        File.WriteAllText(Path.Combine(_folder, "report.json"), "{\"version\":1,");
        var (code, _, error) = Explain("C-1");
        Assert.Equal(1, code);
        Assert.Contains("is no Stillwatch report (line 1). Make one with `stillwatch scan", error);
        File.WriteAllText(Path.Combine(_folder, "report.json"), "{\"account\":\"a\"}\n{\"account\":\"b\"}\n");
        Assert.Contains("is no Stillwatch report", Explain("C-1").Error);
        Assert.DoesNotContain("Judgement", Explain("C-1").Error);
        File.WriteAllText(Path.Combine(_folder, "report.json"), "");
        Assert.Contains("report.json is empty", Explain("C-1").Error);
    }

    Report Written(Report report)
    {
        File.WriteAllText(Path.Combine(_folder, "report.json"), JsonSerializer.Serialize(report, ReportJson.Readable.Report));
        return report;
    }

    (int Code, string Output, string Error) Explain(string subject, string? flag = null, string? path = null)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        string[] line = [subject, "--report", path ?? _folder, .. flag is null ? Array.Empty<string>() : [flag]];
        var code = ExplainVerb.Create().Parse(line).Invoke(new InvocationConfiguration { Output = output, Error = error });
        return (code, output.ToString(), error.ToString());
    }
}
