using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Tests.Simulator;

/// <summary>Reports made by hand, with as much in them as evaluation reads.</summary>
static class Reports
{
    public static Report Of(IReadOnlyList<Campaign> campaigns, IReadOnlyList<AccountJudgement> accounts)
        => new() { Engine = "test", PolicyHash = "p", KeyId = "k", Input = new InputSummary(), Campaigns = campaigns, Accounts = accounts };

    public static AccountJudgement Account(string account, string campaign, double confidence, DateTimeOffset detectedAt, Rung rung)
        => new(account, campaign, confidence, detectedAt, 1, [], rung, []);

    public static Campaign Campaign(string id, Verdict verdict, DateTimeOffset detectedAt, params IReadOnlyList<string> accounts) => new()
    {
        Id = id, Verdict = verdict, Confidence = 0.9, PriorLogOdds = -9, LogOdds = 11.2, CalibrationLogOdds = 0, Response = Rung.Verify, Reasons = [],
        Accounts = accounts, Exchanges = 0, Tasks = 0, OutputTokens = 0, FirstSeen = detectedAt, Onset = detectedAt, DetectedAt = detectedAt,
        Models = new Dictionary<string, long>(), Pivots = [], Classes = [], Capabilities = [], Evidence = [], Counterfactuals = [], Lookalikes = [],
        Timeline = [], Ring = new RingPicture([], []),
    };
}
