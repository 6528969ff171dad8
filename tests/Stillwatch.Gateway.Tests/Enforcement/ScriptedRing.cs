using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Gateway.Tests.Enforcement;

/// <summary>A judgement as a script wants it: who, how strict, on what.</summary>
sealed record ScriptedRing(string Id, IReadOnlyList<string> Accounts, Rung Response = Rung.Shape)
{
    public static readonly DateTimeOffset Start = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    public Verdict Verdict { get; init; } = Verdict.Distillation;

    public IReadOnlyList<EvidenceItem> Evidence { get; init; } = [Item("content", "prompt-template", 5), Item("identity-and-money", "shared-payment", 5), Item("infrastructure", "network", 4)];

    public IReadOnlyList<ulong> TraitKeys { get; init; } = [1, 2, 3];

    public IReadOnlyList<ulong> ClassKeys { get; init; } = [];

    public double MembershipRatio { get; init; } = 1;

    public static IReadOnlyList<string> Names(int from, int count) => [.. Enumerable.Range(from, count).Select(i => $"acct_{i:d6}")];

    public static EvidenceItem Item(string family, string trait, double logOdds) =>
        new(family, trait, 1, "individual", 0.99, logOdds, logOdds, 5, 0, 2, $"They share {trait}.");

    public static Report Report(params IReadOnlyList<ScriptedRing> rings) => new()
    {
        Engine = "0.1.0",
        PolicyHash = "p",
        KeyId = "k",
        Input = new InputSummary(),
        Campaigns = [.. rings.Select(ring => ring.Campaign())],
        Accounts = [.. rings.Where(ring => ring.Verdict != Verdict.Automation).SelectMany(ring => ring.Judgements())],
    };

    Campaign Campaign() => new()
    {
        Id = Id, Verdict = Verdict, Confidence = 0.999, PriorLogOdds = -9, LogOdds = Evidence.Sum(item => item.LogOdds), CalibrationLogOdds = 1, Response = Response,
        Reasons = ["They share a payment and a template."], Accounts = Accounts, Exchanges = 10, Tasks = 10, OutputTokens = 10, FirstSeen = Start, Onset = Start,
        DetectedAt = Start, Models = new Dictionary<string, long>(), Pivots = [], Classes = [], Capabilities = [], Evidence = Evidence, Counterfactuals = [],
        Lookalikes = [], Timeline = [], Ring = new RingPicture([], []), ClassKeys = ClassKeys,
    };

    IEnumerable<AccountJudgement> Judgements() => Accounts.Select(account => new AccountJudgement(
        account, Id, 0.995, Start, MembershipRatio, ["K-1"], Response, [Item("campaign", "campaign", 6), .. Evidence]) { TraitKeys = TraitKeys });
}
