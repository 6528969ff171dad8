using System.Text.Json.Serialization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Engine.Judgement;

/// <summary>The report (contract 5.3, version 1): what was read, which campaigns were found, why, and how sure we are.</summary>
public sealed record Report
{
    public int Version { get; init; } = 1;

    /// <summary><c>observe</c> (rungs are decided, nothing is enforced) or <c>enforce</c>.</summary>
    public string Mode { get; init; } = "observe";

    public required string Engine { get; init; }

    public required string PolicyHash { get; init; }

    /// <summary>Names the key the sketches were made with; says nothing about it.</summary>
    public required string KeyId { get; init; }

    public required InputSummary Input { get; init; }

    /// <summary>What was learned of the operator's own traffic, and how far the traffic is from it now; left out when nothing was learned.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CalibrationStatus? Calibration { get; init; }

    public required IReadOnlyList<Campaign> Campaigns { get; init; }

    public required IReadOnlyList<AccountJudgement> Accounts { get; init; }
}

public sealed record InputSummary
{
    public long Exchanges { get; init; }

    public int Accounts { get; init; }

    public int Organizations { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public IReadOnlyList<Rejection> Rejected { get; init; } = [];

    /// <summary>State given up because a table was full: sightings, traits or accounts beyond the memory budget.</summary>
    public long Dropped { get; init; }

    /// <summary>Evidence families that could not exist in this input, e.g. identity-and-money without an accounts file.</summary>
    public IReadOnlyList<string> AbsentFamilies { get; init; } = [];
}

/// <summary>Lines that were skipped, by reason and file.</summary>
/// <param name="FirstLine">1-based number of the first such line in the file.</param>
public sealed record Rejection(string Reason, long Count, string File, long FirstLine);

public enum Verdict
{
    Automation,
    Resale,
    Distillation,
}

/// <summary>A ring that was judged. <c>prior_log_odds + Σ evidence.log_odds + calibration_log_odds = logit(confidence)</c>.</summary>
public sealed record Campaign
{
    public required string Id { get; init; }

    public required Verdict Verdict { get; init; }

    /// <summary>Probability that the verdict is right, 0 to 1.</summary>
    public required double Confidence { get; init; }

    public required double PriorLogOdds { get; init; }

    /// <summary>Sum of the counted weights of <see cref="Evidence"/>, nats.</summary>
    public required double LogOdds { get; init; }

    /// <summary>What the calibration map added to prior and evidence, nats.</summary>
    public required double CalibrationLogOdds { get; init; }

    public required Rung Response { get; init; }

    /// <summary>The statement of reasons, a sentence each.</summary>
    public required IReadOnlyList<string> Reasons { get; init; }

    /// <summary>When the response ends if nobody renews it.</summary>
    public DateTimeOffset? Until { get; init; }

    public Licence? Licence { get; init; }

    public required IReadOnlyList<string> Accounts { get; init; }

    public required long Exchanges { get; init; }

    public required long Tasks { get; init; }

    public required long OutputTokens { get; init; }

    public required DateTimeOffset FirstSeen { get; init; }

    /// <summary>Start of coordinated activity, as the change-point test dates it.</summary>
    public required DateTimeOffset Onset { get; init; }

    /// <summary>Event time at which this judgement first held.</summary>
    public required DateTimeOffset DetectedAt { get; init; }

    /// <summary>Event time of the first alarm: since then it has been accused without a break, at whatever rung. Null while it is only observed.</summary>
    public DateTimeOffset? AlarmedAt { get; init; }

    /// <summary>Exchanges by model.</summary>
    public required IReadOnlyDictionary<string, long> Models { get; init; }

    public required IReadOnlyList<Pivot> Pivots { get; init; }

    public required IReadOnlyList<TemplateClass> Classes { get; init; }

    public required IReadOnlyList<CapabilityShare> Capabilities { get; init; }

    public required IReadOnlyList<EvidenceItem> Evidence { get; init; }

    public required IReadOnlyList<Counterfactual> Counterfactuals { get; init; }

    public required IReadOnlyList<LookAlike> Lookalikes { get; init; }

    public required IReadOnlyList<TimelinePoint> Timeline { get; init; }

    public required RingPicture Ring { get; init; }

    /// <summary>Content keys of the classes that carry the verdict, as sketches hold them: what a restriction of the harvest alone looks for.</summary>
    [JsonIgnore]
    public IReadOnlyList<ulong> ClassKeys { get; init; } = [];
}

/// <summary>A move of the ring's traffic to another model, beyond the population's own.</summary>
/// <param name="ShareRatio">Share of the ring's exchanges that moved, 0 to 1.</param>
public sealed record Pivot(DateTimeOffset At, string From, string To, double ShareRatio);

/// <summary>One kind of request inside a campaign, judged on its own: a hydra's harvest and its resale are told apart.</summary>
public sealed record TemplateClass(string Class, Verdict Verdict, double Confidence, int Accounts, long Exchanges, Rung Response);

/// <param name="Name">A capability under harvest, e.g. <c>reasoning-elicitation</c>.</param>
public sealed record CapabilityShare(string Name, double ShareRatio);

/// <summary>One weight in the balance.</summary>
/// <param name="Family">The evidence family, or <c>campaign</c> for what an account takes from its ring.</param>
/// <param name="Trait">The kind of trait or statistic, e.g. <c>prompt-template</c>.</param>
/// <param name="Value">The statistic as measured; its unit is in <paramref name="Says"/>.</param>
/// <param name="Percentile">Where the value lies in the benign reference distribution, 0 to 1.</param>
/// <param name="RawLogOdds">Log-likelihood ratio before discount and cap, nats.</param>
/// <param name="LogOdds">What was counted, nats.</param>
/// <param name="Accounts">Accounts of the ring that show it.</param>
/// <param name="CohortAccounts">Accounts of the reference cohort that show it.</param>
/// <param name="Lift">ln of how much more often accounts outside the cohort show it than those inside.</param>
/// <param name="Says">One sentence a person understands.</param>
public sealed record EvidenceItem(
    string Family, string Trait, double Value, string ReferenceClass, double Percentile,
    double RawLogOdds, double LogOdds, int Accounts, int CohortAccounts, double Lift, string Says);

/// <summary>What would have been decided without one kind of evidence.</summary>
public sealed record Counterfactual(string Without, double LogOdds, Rung Response);

/// <summary>An innocent explanation and why the evidence does not fit it.</summary>
/// <param name="LogOdds">How well it explains the ring against the verdict, nats; below 0 it fits worse.</param>
public sealed record LookAlike(string Class, double LogOdds, string WhyNot);

/// <summary>Activity of the ring in one bucket that starts at <paramref name="At"/>.</summary>
public sealed record TimelinePoint(DateTimeOffset At, long Exchanges, int Accounts);

/// <summary>The ring as a bipartite picture: accounts and the traits they share.</summary>
public sealed record RingPicture(IReadOnlyList<RingNode> Nodes, IReadOnlyList<RingEdge> Edges);

/// <param name="Kind"><c>account</c>, or the trait's kind.</param>
/// <param name="Accounts">1 for an account, else how many members show the trait.</param>
public sealed record RingNode(string Id, string Kind, string? Family, int Accounts);

/// <param name="Weight">Sightings of the trait by the account.</param>
public sealed record RingEdge(string Account, string Trait, long Weight);

/// <summary>What is held of one account and why.</summary>
/// <param name="MembershipRatio">Share of its exchanges that belong to the campaign's classes, 0 to 1.</param>
/// <param name="Response">The strictest rung of its classes.</param>
public sealed record AccountJudgement(
    string Account, string Campaign, double Confidence, DateTimeOffset DetectedAt, double MembershipRatio,
    IReadOnlyList<string> Classes, Rung Response, IReadOnlyList<EvidenceItem> Evidence)
{
    /// <summary>Event time since when it has been at verify or above with this verdict; null while it is observed.</summary>
    public DateTimeOffset? AlarmedAt { get; init; }

    /// <summary>Keyed names of the traits that link the account to its ring, ascending: the same evidence has the same names.</summary>
    [JsonIgnore]
    public IReadOnlyList<ulong> TraitKeys { get; init; } = [];
}
