namespace Stillwatch.Simulator.Scenarios;

/// <summary>What to simulate: a span of event time, the benign populations and the campaigns. Read by <see cref="ScenarioReader"/>.</summary>
public sealed record Scenario
{
    public required string Name { get; init; }

    public required string Description { get; init; }

    /// <summary>Raised whenever the scenario or the generator behind it changes what is simulated: figures of different versions do not compare.</summary>
    public required int Version { get; init; }

    public required DateTimeOffset Start { get; init; }

    /// <summary>Length of the log in hours of event time, 1 to 240.</summary>
    public required double Hours { get; init; }

    /// <summary>Share of exchanges whose response text is in the log, 0 to 1; usage and ids always are.</summary>
    public required double ResponseContentRatio { get; init; }

    /// <summary>Share of user texts and harvest items with material of their own behind them, beside what the classes' habits bring, 0 to 1.</summary>
    public required double PasteRatio { get; init; }

    /// <summary>Share of exchanges that fail with an overload or limit status, 0 to 1.</summary>
    public required double ErrorRatio { get; init; }

    public required ModelPlan Models { get; init; }

    public required IReadOnlyList<PopulationPlan> Populations { get; init; }

    public required IReadOnlyList<CampaignPlan> Campaigns { get; init; }
}

/// <summary>The models on offer, one of them released in the middle of the log.</summary>
/// <param name="ReleaseHour">Hours after the start at which <paramref name="New"/> appears.</param>
/// <param name="AdoptionRatio">Share of ordinary accounts that move to it before the log ends, 0 to 1.</param>
public sealed record ModelPlan(string Large, string Small, string New, double ReleaseHour, double AdoptionRatio);

/// <summary>One benign look-alike class.</summary>
/// <param name="Class">One of <see cref="LookAlikeClasses.Names"/>, <see cref="LookAlikeClasses.OfAdaptations"/> or <see cref="LookAlikeClasses.Victims"/>.</param>
/// <param name="Accounts">At scale 1.</param>
/// <param name="ExchangesMedian">Median of the log-normal number of exchanges per account; scale never changes it.</param>
/// <param name="ExchangesSigma">Its deviation in log space: 1.2 spans a factor of 11 between the 2nd and 98th percentile's half.</param>
/// <param name="Groups">How many apps, courses, firms or circles the class is divided into; 0 leaves it to the class.</param>
public sealed record PopulationPlan(string Class, int Accounts, double ExchangesMedian, double ExchangesSigma, int Groups);

/// <summary>What a campaign is.</summary>
public enum CampaignKind
{
    /// <summary>All accounts harvest, with a little cover traffic.</summary>
    Harvest,

    /// <summary>Harvest and resold ordinary users inside the same accounts.</summary>
    Hydra,

    /// <summary>Resold ordinary users only.</summary>
    Relay,
}

/// <summary>One campaign. Shares are between 0 and 1; figures per account are drawn with noise around what is given here.</summary>
public sealed record CampaignPlan
{
    public required string Name { get; init; }

    public required CampaignKind Kind { get; init; }

    /// <summary>What it is after, e.g. <c>reasoning</c>; empty takes whatever tools there are.</summary>
    public required IReadOnlyList<string> Capabilities { get; init; }

    /// <summary>At scale 1.</summary>
    public required int Accounts { get; init; }

    public required double ExchangesMedian { get; init; }

    public required double ExchangesSigma { get; init; }

    /// <summary>Above 0: exactly as many exchanges over all accounts at scale 1, resold ones on top, dealt out with the same spread; the median then says nothing.</summary>
    public required long ExchangesTotal { get; init; }

    /// <summary>Prompt templates in use, 1 to 6.</summary>
    public required int Templates { get; init; }

    /// <summary>Share of an account's tasks at its own main template; the others go round all templates.</summary>
    public required double FocusRatio { get; init; }

    public required double CoverRatio { get; init; }

    public required double ResaleRatio { get; init; }

    /// <summary>Share of exchanges that grade an answer another account of the campaign got.</summary>
    public required double FeedbackRatio { get; init; }

    public required double FollowUpRatio { get; init; }

    /// <summary>Share of accounts that move to the new model within a day of its release.</summary>
    public required double PivotRatio { get; init; }

    /// <summary>Share of accounts with the campaign's usual client; the others look like anybody.</summary>
    public required double UniformClientRatio { get; init; }

    public required double StartHour { get; init; }

    /// <summary>Hours over which accounts join in.</summary>
    public required double RampHours { get; init; }

    /// <summary>Share of accounts that run evenly round the clock; the others work in shifts.</summary>
    public required double EvenRatio { get; init; }

    public required PaymentPlan Payment { get; init; }

    public required NetworkPlan Network { get; init; }

    public required SignupPlan Signup { get; init; }

    public AdaptationPlan Adaptation { get; init; } = new();
}

/// <param name="SharedRatio">Share of accounts that share a payment token with others.</param>
/// <param name="Bins">Card issuers the campaign's cards come from.</param>
public sealed record PaymentPlan(double SharedRatio, int AccountsMin, int AccountsMax, int Bins);

/// <param name="AccountsPerPrefix">Mean accounts per /24 of the proxy pool.</param>
/// <param name="DatacenterRatio">Share of the pool in data centres; the rest is residential.</param>
public sealed record NetworkPlan(double AccountsPerPrefix, double DatacenterRatio, double RotationsPerDay);

/// <param name="Days">Days before the campaign starts over which the waves lie.</param>
public sealed record SignupPlan(int Waves, double Days, double WaveMinutes);
