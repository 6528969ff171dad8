namespace Stillwatch.Simulator.Scenarios;

/// <summary>What a campaign rewords before it sends.</summary>
public enum Paraphrase
{
    None,

    /// <summary>A fixed pool of rewordings of each template; an account draws one for every exchange.</summary>
    Pool,

    /// <summary>A new rewording for every exchange.</summary>
    Machine,
}

/// <summary>Whom a campaign makes look guilty, and by what.</summary>
public enum Framing
{
    None,

    /// <summary>It copies the system prompt and frame of innocent customers.</summary>
    Template,

    /// <summary>What was served to it is published for innocents to paste, and it pastes what they published.</summary>
    Echo,

    /// <summary>It calls through the networks of innocents.</summary>
    Exits,
}

/// <summary>What a campaign does against detection, each on top of the plain campaign; nothing by default.</summary>
public sealed record AdaptationPlan
{
    public Paraphrase Paraphrase { get; init; }

    /// <summary>Size of the pool, 1 to 100,000.</summary>
    public int Rewordings { get; init; } = 100;

    /// <summary>Languages that the harvest is spread over, 1 to 6; the first is the template's own.</summary>
    public int Languages { get; init; } = 1;

    /// <summary>One residential address per account for ever, drawn like any customer's.</summary>
    public bool Residential { get; init; }

    /// <summary>Most exchanges of one account in any 24 hours; 0: no cap.</summary>
    public int DailyCap { get; init; }

    /// <summary>Above 0: people's sessions instead of shifts, each sending time moved by a normal deviation of this many minutes.</summary>
    public double JitterMinutes { get; init; }

    /// <summary>Hours an account lives before a fresh one takes its place, its card and its exits; 0: for ever.</summary>
    public double ChurnHours { get; init; }

    /// <summary>Share of accounts that are keys rented of ordinary, aged, verified customers who go on with their own talk.</summary>
    public double RentedRatio { get; init; }

    /// <summary>Each account pays, or does not, as anybody.</summary>
    public bool OwnCard { get; init; }

    /// <summary>Each account has a device of its own.</summary>
    public bool OwnDevice { get; init; }

    /// <summary>Accounts are opened when anybody opens them.</summary>
    public bool OwnSignup { get; init; }

    /// <summary>Rings with templates, clients, exits and cards of their own under one operator; the capabilities are dealt out over them.</summary>
    public int Rings { get; init; } = 1;

    public Framing Framing { get; init; }

    /// <summary>Share of exchanges that paste what innocents published, and of answers published for them; only with framing by echo.</summary>
    public double EchoRatio { get; init; }

    /// <summary>Share of exchanges of random, unique words, sent to fill the detector's tables.</summary>
    public double FloodRatio { get; init; }
}
