using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>One kind of evidence about a ring. Each implementation is one file with a fixed header.</summary>
internal interface IEvidence
{
    string Family { get; }

    /// <summary>What it looks at, as reports spell it.</summary>
    string Trait { get; }

    /// <summary>The weight before discount and cap, with what was measured; null when this ring gives nothing to measure.</summary>
    Finding? Weigh(RingView ring, BenignReference reference);
}

/// <summary>A measurement and its weight.</summary>
/// <param name="Value">The statistic.</param>
/// <param name="LogOdds">Log-likelihood ratio, nats, capped for its kind.</param>
/// <param name="Percentile">Where the value lies among benign accounts or groups, 0 to 1.</param>
/// <param name="Accounts">Members that show it.</param>
/// <param name="Says">One sentence a person understands.</param>
internal sealed record Finding(
    double Value, double LogOdds, double Percentile, int Accounts, string Says, int CohortAccounts = 0, double Lift = 0, string ReferenceClass = "individual");

/// <summary>The evidence families of design section 2.</summary>
internal static class Families
{
    public const string Identity = "identity-and-money";
    public const string Infrastructure = "infrastructure";
    public const string Time = "time";
    public const string Content = "content";
    public const string OwnOutput = "own-output";

    public static IReadOnlyList<string> All { get; } = [Identity, Infrastructure, Time, Content, OwnOutput];
}
