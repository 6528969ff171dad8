using Stillwatch.Console.Reports;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Tests.Reports;

/// <summary>Hand-made reports whose ledgers add up.</summary>
static class Some
{
    public static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Three distillation campaigns (one of them licensed besides), one resale, two benign rings.</summary>
    public static Report Report(int accounts = 1_604) => Of(
        SomeCampaign.Make("C-1", Verdict.Distillation, Rung.Shape, accounts, SomeEvidence.Strong, pivot: true),
        SomeCampaign.Make("C-2", Verdict.Distillation, Rung.Verify, 212, SomeEvidence.Thin),
        SomeCampaign.Make("C-3", Verdict.Distillation, Rung.Suspend, 64, SomeEvidence.Strong),
        SomeCampaign.Make("C-4", Verdict.Resale, Rung.Shape, 430, SomeEvidence.Strong),
        SomeCampaign.Make("C-5", Verdict.Distillation, Rung.Observe, 38, SomeEvidence.Strong) with
        {
            Licence = new Licence("distillation", "teacher-large", new DateOnly(2026, 12, 31), "trust desk"),
        },
        SomeCampaign.Make("C-6", Verdict.Automation, Rung.Observe, 140, SomeEvidence.Thin),
        SomeCampaign.Make("C-7", Verdict.Automation, Rung.Observe, 9, SomeEvidence.Thin));

    public static Report Empty() => Of() with
    {
        Input = new InputSummary { Exchanges = 604_112, Accounts = 13_508, Organizations = 410, From = Start, To = Start.AddDays(14), AbsentFamilies = ["identity-and-money"] },
    };

    public static Report Of(params Campaign[] campaigns) => new()
    {
        Engine = "0.1.0",
        PolicyHash = "b1946ac92492d234",
        KeyId = "k-7f3a",
        Input = new InputSummary
        {
            Exchanges = 604_112, Accounts = 13_508, Organizations = 410, From = Start, To = Start.AddDays(14),
            Rejected = [new Rejection("bad-json", 12, "gateway-2.jsonl.gz", 40_117), new Rejection("missing-member", 3, "gateway-1.jsonl.gz", 9)],
        },
        Campaigns = campaigns,
        Accounts = [.. campaigns.SelectMany(campaign => campaign.Accounts.Select((name, i) => SomeCampaign.Account(campaign, name, i)))],
    };

    /// <summary>A campaign that holds this evidence and whose confidence follows from it.</summary>
    public static Campaign Balanced(Campaign campaign, IReadOnlyList<EvidenceItem> evidence)
    {
        var counted = evidence.Sum(item => item.LogOdds);
        return campaign with
        {
            Evidence = evidence, LogOdds = counted,
            Confidence = Ledger.ProbabilityOf(campaign.PriorLogOdds + counted + campaign.CalibrationLogOdds),
        };
    }
}
