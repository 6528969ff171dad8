using Spectre.Console;
using Stillwatch.Engine.Judgement;
using Stillwatch.Verbs;

namespace Stillwatch.Tests.Reports;

public sealed class ScanSummaryTests
{
    [Fact]
    public void Without_a_terminal_it_is_plain_lines_that_nothing_wraps()
    {
        var text = Summary(Some.Report(accounts: 20), "/tmp/out/report.html");
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("Read 604,112 exchanges of 13,508 accounts, 1 Feb 2026, 00:00 to 15 Feb 2026, 00:00 UTC.", text);
        Assert.Contains("Skipped 12 lines: bad-json, first at gateway-2.jsonl.gz:40117.", text);
        Assert.Matches(@"C-1 +distillation +99\.97 % +shape +20", text);
        Assert.Matches(@"C-5 +distillation, licensed", text);
        Assert.Contains("Report: /tmp/out/report.html", text);
        Assert.Contains("stillwatch explain C-3 --report /tmp/out", text);
        Assert.Contains("2 further rings looked at and found benign.", text);
    }

    [Theory]
    [InlineData("/tmp/my reports/report.html", "--report '/tmp/my reports'")]
    [InlineData("/tmp/it's/report.html", "--report '/tmp/it'\\''s'")]
    public void The_next_command_can_be_pasted(string page, string says) => Assert.Contains(says, Summary(Some.Report(accounts: 20), page));

    [Fact]
    public void Without_campaigns_it_says_so()
    {
        var text = Summary(Some.Empty(), null);
        Assert.Contains("No campaign found.", text);
        Assert.Contains("Judged without identity-and-money", text);
    }

    [Fact]
    public void A_name_cannot_write_to_the_terminal_or_speak_markup()
    {
        var report = Some.Report(accounts: 20);
        var text = Summary(report with { Campaigns = [report.Campaigns[0] with { Id = "\u001b[2J[red]" }], Accounts = [] }, null);
        Assert.DoesNotContain('\u001b', text);
        Assert.Contains("[2J[red]", text);
    }

    static string Summary(Report report, string? htmlPath)
    {
        var text = new StringWriter();
        ScanSummary.Write(report, htmlPath, AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Out = new AnsiConsoleOutput(text),
        }));
        return text.ToString();
    }
}
