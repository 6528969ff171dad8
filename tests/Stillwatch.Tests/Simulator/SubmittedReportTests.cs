using System.Text;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Simulator.Evaluation;

namespace Stillwatch.Tests.Simulator;

public sealed class SubmittedReportTests
{
    [Fact]
    public void The_least_that_can_be_scored_is_scored()
    {
        var report = Read("""
            {"campaigns":[{"id":"1","verdict":"distillation","detected_at":"2026-02-02T06:00:00Z","accounts":["a","b"]}],
             "accounts":[{"account":"a","campaign":"1","response":"verify"},{"account":"b","campaign":"1","response":"observe","confidence":0.4,"detected_at":"2026-02-02T07:00:00Z"}]}
            """);
        Assert.Equal((Verdict.Distillation, 1.0, 2), (report.Campaigns[0].Verdict, report.Campaigns[0].Confidence, report.Campaigns[0].Accounts.Count));
        Assert.Equal((Rung.Verify, 1.0, report.Campaigns[0].DetectedAt), (report.Accounts[0].Response, report.Accounts[0].Confidence, report.Accounts[0].DetectedAt));
        Assert.Equal((Rung.Observe, 0.4, 7), (report.Accounts[1].Response, report.Accounts[1].Confidence, report.Accounts[1].DetectedAt.Hour));
    }

    [Fact]
    public void A_first_alarm_is_read_apart_from_the_date_of_the_rung()
    {
        var report = Read("""
            {"campaigns":[{"id":"1","verdict":"resale","detected_at":"2026-02-02T06:00:00Z","alarmed_at":"2026-02-02T03:00:00Z","accounts":["a","b","c"]}],
             "accounts":[{"account":"a","campaign":"1","response":"shape","detected_at":"2026-02-02T06:00:00Z","alarmed_at":"2026-02-02T04:00:00Z"},
                         {"account":"b","campaign":"1","response":"shape"},{"account":"c","campaign":"1","response":"verify","detected_at":"2026-02-02T05:00:00Z","alarmed_at":null}]}
            """);
        Assert.Equal(3, report.Campaigns[0].AlarmedAt!.Value.Hour);
        Assert.Equal([4, 3, null], report.Accounts.Select(account => account.AlarmedAt?.Hour));
        Assert.Equal([6, 6, 5], report.Accounts.Select(account => account.DetectedAt.Hour));
    }

    [Fact]
    public void A_report_that_finds_nothing_is_a_report() => Assert.Empty(Read("""{"campaigns":[],"accounts":[]}""").Campaigns);

    [Theory]
    [InlineData("""[]""", "campaigns: is missing", "write [] for none")]
    [InlineData("""{"campaigns":3,"accounts":[]}""", "campaigns: 3 is no list", "write [] for none")]
    [InlineData("""{"campaigns":[{}],"accounts":[]}""", "campaigns[0].id", "give an id of your own")]
    [InlineData("""{"campaigns":[{"id":"1","verdict":"theft","detected_at":"2026-02-02T06:00:00Z","accounts":[]}],"accounts":[]}""", "'theft' is unknown", "distillation")]
    [InlineData("""{"campaigns":[{"id":"1","verdict":"resale","detected_at":"soon","accounts":[]}],"accounts":[]}""", "\"soon\" is no time", "2026-02-02T06:10:00Z")]
    [InlineData("""{"campaigns":[{"id":"1","verdict":"resale","detected_at":"2026-02-02T06:00:00Z","accounts":[7]}],"accounts":[]}""", "campaigns[0].accounts[0]: 7", "as the log has them")]
    [InlineData("""{"campaigns":[],"accounts":[{"account":"a","campaign":"9","response":"verify"}]}""", "'9' is the id of no campaign", "list it under campaigns")]
    [InlineData("""{"campaigns":[],"accounts":[{"account":"a","campaign":"9","response":"ban"}]}""", "'ban' is unknown", "suspend")]
    [InlineData("""{"campaigns":[{"id":"1","verdict":"resale","detected_at":"2026-02-02T06:00:00Z","accounts":[],"confidence":12}],"accounts":[]}""", "confidence: 12", "leave it out")]
    [InlineData("""{"campaigns":[],"accounts":[],"input":{"exchanges":"many"}}""", "input.exchanges: \"many\" is no number", "leave it out")]
    [InlineData("""{"campaigns":[],"accounts":[],"input":{"to":7}}""", "input.to: 7 is no time", "2026-02-02T06:10:00Z")]
    [InlineData("""{"campaigns":[""", "line 1: no JSON", "report.json")]
    public void What_cannot_be_scored_is_refused_with_member_value_and_cure(string json, string fault, string cure)
    {
        var message = Assert.Throws<InvalidDataException>(() => Read(json)).Message;
        Assert.Contains("mine.json", message);
        Assert.Contains(fault, message);
        Assert.Contains(cure, message);
    }

    [Fact]
    public void All_faults_come_at_once_up_to_twenty()
    {
        var message = Assert.Throws<InvalidDataException>(() => Read($$"""{"campaigns":[{{string.Join(',', Enumerable.Repeat("{}", 9))}}],"accounts":[]}""")).Message;
        Assert.Contains("campaigns[4].verdict", message);
        Assert.Contains("and 16 more", message);
    }

    [Theory]
    [InlineData("""{"account":"acct_1","created":"2026-01-30T12:00:00Z"}""", "class '' begins neither with benign: nor with campaign:")]
    [InlineData("""{"class":"benign:chat"}""", "has no account")]
    [InlineData("""{"account":"a","class":"campaign:x","malicious":false}""", "contradict each other")]
    [InlineData("""{"account":"a","class":"campaign:x","malicious":true}""", "without a verdict")]
    [InlineData("""{"account":"a","class":"benign:x","malicious":false}|{"account":"a","class":"benign:x","malicious":false}""", "line 2: account 'a' stands there twice")]
    [InlineData("", "holds no account")]
    [InlineData("null", "null is no truth")]
    [InlineData("{", "not a line that simulate writes")]
    public void A_file_that_is_no_truth_is_refused(string lines, string fault)
    {
        var message = Assert.Throws<InvalidDataException>(() => TruthFile.Accounts(lines.Split('|', StringSplitOptions.RemoveEmptyEntries), "truth.jsonl")).Message;
        Assert.StartsWith("truth.jsonl", message);
        Assert.Contains(fault, message);
    }

    [Fact]
    public void Labels_need_an_id()
        => Assert.Contains("line 3: has no id", Assert.Throws<InvalidDataException>(() => TruthFile.Exchange("{}", "labels", 3)).Message);

    static Report Read(string json) => SubmittedReport.Read(Encoding.UTF8.GetBytes(json), "mine.json");
}
