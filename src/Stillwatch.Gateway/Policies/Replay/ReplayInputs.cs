using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Holdings;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Limits;
using Stillwatch.Storage;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>What is replayed, over what.</summary>
sealed record ReplayInputs
{
    /// <summary>A server's data directory; it may run meanwhile.</summary>
    public required DataDirectory Data { get; init; }

    public required DetectionKey Key { get; init; }

    /// <summary>What detection is given where nothing else is said.</summary>
    public static long StandardMemoryBytes { get; } = new DetectorSettings().MemoryBytes;

    /// <summary>Ceiling of the tables of each of the two detectors.</summary>
    public long MemoryBytes { get; init; } = StandardMemoryBytes;

    /// <summary>Counted back from the newest stored exchange.</summary>
    public required int Days { get; init; }

    /// <summary>The policy in force, to compare with.</summary>
    public required NamedPolicy Before { get; init; }

    /// <summary>The policy that may come.</summary>
    public required NamedPolicy After { get; init; }

    public IReadOnlyList<AccountRecord> Accounts { get; init; } = [];

    public IReadOnlyList<OrganizationRecord> Organizations { get; init; } = [];

    public IReadOnlyList<AppRecord> Apps { get; init; } = [];

    /// <summary>What was learned of the server's traffic, which both ladders are judged with; null when nothing was.</summary>
    public LearnedCalibration? Learned { get; init; }

    /// <summary>Class of an account by the truth of a simulation; null where nobody knows it.</summary>
    public Func<string, string?> ClassByTruth { get; init; } = _ => null;
}

/// <param name="Name">How the operator names it: the file, or that it is the default.</param>
sealed record NamedPolicy(string Name, AccessPolicy Policy);

/// <summary>The parts of the gateway that a replay runs stored exchanges through. A part that is absent is not replayed, and the result says so.</summary>
sealed record ReplayParts
{
    /// <summary>The gateway's own, without its disk and its networks.</summary>
    public static ReplayParts Own { get; } = new()
    {
        Limiter = () => new EmbeddedLimiter(store: null, TimeProvider.System, TimeProvider.System, NullLogger.Instance),
        Regions = (policy, organizations) =>
        {
            var desk = new RegionDesk(policy, OwnershipGraph.Of(organizations), NetworkFacts.None);
            var byId = organizations.DistinctBy(record => record.Organization).ToDictionary(record => record.Organization, StringComparer.Ordinal);
            return account => desk.OfAccount(account, account.Organization is { } organization ? byId.GetValueOrDefault(organization) : null);
        },
    };

    /// <summary>Makes an empty limiter that keeps nothing on disk.</summary>
    public Func<ILimiter>? Limiter { get; init; }

    /// <summary>Makes the decision on what is known of an account, everything but its network.</summary>
    public Func<RegionPolicy, IReadOnlyList<OrganizationRecord>, Func<AccountRecord, RegionDecision?>>? Regions { get; init; }
}
