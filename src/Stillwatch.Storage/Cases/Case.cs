using System.Collections.Immutable;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Storage.Cases;

/// <summary>What became of a case.</summary>
public enum CaseState
{
    Open,

    /// <summary>An analyst found it false; the same evidence does not alarm again.</summary>
    Dismissed,

    /// <summary>A person confirmed it. Its responses go on.</summary>
    Upheld,

    /// <summary>It was found false after an appeal, and repaired.</summary>
    Overturned,

    /// <summary>The judgement no longer holds and every response has ended.</summary>
    Expired,

    /// <summary>Another case has taken over all its accounts.</summary>
    Merged,
}

/// <summary>Who decides.</summary>
public static class Decisions
{
    /// <summary>The policy, without a person. No person may take this name.</summary>
    public const string Policy = "policy";

    /// <summary>Everybody who signed: one, or two where it took a second.</summary>
    public static string Signed(string decidedBy, string? approvedBy) => approvedBy is null ? decidedBy : $"{decidedBy} and {approvedBy}";
}

/// <summary>A campaign under human judgement. Immutable; follows from the log.</summary>
public sealed record Case
{
    /// <summary><c>case_…</c>, which outlives the report's campaign.</summary>
    public required string Id { get; init; }

    public CaseState State { get; init; }

    public required DateTimeOffset Opened { get; init; }

    /// <summary>When it came to an end; null while it lives. A case that was upheld lives on.</summary>
    public DateTimeOffset? Ended { get; init; }

    /// <summary>When detection last spoke of it, to the day.</summary>
    public DateTimeOffset Judged { get; init; }

    public Verdict Verdict { get; init; }

    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; }

    public double PriorLogOdds { get; init; }

    public double CalibrationLogOdds { get; init; }

    public IReadOnlyList<EvidenceItem> Evidence { get; init; } = [];

    /// <summary>The statement of reasons, a sentence each.</summary>
    public IReadOnlyList<string> Reasons { get; init; } = [];

    public ImmutableHashSet<string> Accounts { get; init; } = [];

    public ImmutableHashSet<ulong> TraitKeys { get; init; } = [];

    public ImmutableHashSet<string> Kinds { get; init; } = [];

    public IReadOnlyList<ulong> ClassKeys { get; init; } = [];

    /// <summary>Responses above observe, by account.</summary>
    public ImmutableDictionary<string, HeldResponse> Held { get; init; } = ImmutableDictionary<string, HeldResponse>.Empty;

    /// <summary>When each account was first and last under an enforced restriction of this case.</summary>
    public ImmutableDictionary<string, Restriction> Restrictions { get; init; } = ImmutableDictionary<string, Restriction>.Empty;

    /// <summary>What its accounts had taken when it was last judged; null where that was not kept.</summary>
    public CaseHarvest? Harvest { get; init; }

    /// <summary>The request that waits for a second person.</summary>
    public ApprovalAsked? Pending { get; init; }

    /// <summary>The oldest first.</summary>
    public ImmutableList<NoteAdded> Notes { get; init; } = [];

    public string? SplitFrom { get; init; }

    public string? MergedInto { get; init; }

    public string? DecidedBy { get; init; }

    public string? DecisionReason { get; init; }

    public bool IsLive => Ended is null;

    /// <summary>The strictest response in force.</summary>
    public Rung Strictest => Held.IsEmpty ? Rung.Observe : Held.Max(held => held.Value.Rung);
}

/// <summary>What the accounts of a case have taken.</summary>
/// <param name="Exchanges">All of its accounts'.</param>
/// <param name="HarvestRatio">Share of them that belongs to the harvest, 0 to 1: the rest is cover or ordinary use.</param>
/// <param name="From">When the first of its accounts was first seen.</param>
/// <param name="Models">Exchanges by model.</param>
public sealed record CaseHarvest(
    long Exchanges, long Tasks, long OutputTokens, double HarvestRatio, DateTimeOffset From, IReadOnlyDictionary<string, long> Models, IReadOnlyList<CapabilityShare> Capabilities)
{
    public static CaseHarvest Of(Campaign campaign) => new(
        campaign.Exchanges, campaign.Tasks, campaign.OutputTokens, RatioOf(campaign), campaign.FirstSeen, campaign.Models, campaign.Capabilities);

    /// <summary>Exchanges of the classes that were judged as the campaign was; without classes nobody can tell, and all count.</summary>
    static double RatioOf(Campaign campaign) => campaign.Classes.Count == 0 || campaign.Exchanges == 0
        ? 1
        : Math.Min(1, campaign.Classes.Where(one => one.Verdict == campaign.Verdict).Sum(one => one.Exchanges) / (double)campaign.Exchanges);
}

/// <summary>What is held of one account in one case.</summary>
/// <param name="Action">The action that set it, or last renewed it.</param>
/// <param name="Enforced">False: only decided and recorded.</param>
public sealed record HeldResponse(
    Rung Rung, DateTimeOffset Since, DateTimeOffset Until, string DecidedBy, string Action, string Rule, string PolicyHash,
    IReadOnlyDictionary<string, double> Families, bool Enforced, bool InClassesOnly)
{
    public bool IsByPerson => DecidedBy != Decisions.Policy;

    /// <summary>The second person, where it took two.</summary>
    public string? ApprovedBy { get; init; }

    /// <summary>Everybody who signed it.</summary>
    public string By => Decisions.Signed(DecidedBy, ApprovedBy);
}

/// <param name="Until">Null while it lasts.</param>
public readonly record struct Restriction(DateTimeOffset From, DateTimeOffset? Until);
