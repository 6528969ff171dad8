using System.Net;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions.Holdings;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>Keeps the region desk in step with policy and records: one immutable desk at a time, swapped whole. Thread-safe.</summary>
/// <remarks>
/// Building the ownership graph takes a second for hundreds of thousands of organizations, so changes of records are gathered: a new owner counts
/// within <see cref="Gather"/>. A new policy counts at once.
/// </remarks>
/// <param name="organizations">Every record there is.</param>
sealed class RegionBoard(Func<IReadOnlyCollection<OrganizationRecord>> organizations, TimeProvider time) : IDisposable
{
    /// <summary>How long changes of organizations are gathered before the graph is built anew.</summary>
    public static readonly TimeSpan Gather = TimeSpan.FromSeconds(1);

    readonly Lock _building = new();
    readonly ReasonTally _shadow = new();
    RegionDesk _desk = RegionDesk.None;
    NetworkFacts _networks = NetworkFacts.None;
    StandingBook? _standings;
    ITimer? _timer;

    /// <summary>Calls that a rule in shadow would have refused, by rule.</summary>
    public IReadOnlyDictionary<string, long> Shadow => _shadow.ToDictionary();

    RegionDesk Desk => Volatile.Read(ref _desk);

    /// <summary>Follows the records of a book from now on; call it once, before the first policy.</summary>
    public void Follow(StandingBook standings)
    {
        _standings = standings;
        _timer = time.CreateTimer(_ => Rebuild(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        standings.OrganizationChanged += _ => _timer.Change(Gather, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A new policy; every standing is judged anew before this returns.</summary>
    /// <param name="networks">Ready, see <see cref="RegionChecks"/>; owned by the board from now on.</param>
    public void Use(RegionPolicy policy, NetworkFacts networks)
    {
        lock (_building)
        {
            // What is replaced may still be asked by a request: its files are memory, which goes when nobody holds it.
            _networks = networks;
            Volatile.Write(ref _desk, new RegionDesk(policy, GraphFor(policy), _networks));
        }

        _standings?.Recheck();
    }

    /// <summary>What the rules say of an account, its network aside.</summary>
    public RegionDecision? OfAccount(AccountRecord account, OrganizationRecord? organization) => Desk.OfAccount(account, organization);

    /// <summary>What they say of where a request comes from; rules in shadow are counted.</summary>
    /// <param name="address">Called only when a rule looks at networks.</param>
    public RegionDecision? OfNetwork(Func<IPAddress?> address)
    {
        var desk = Desk;
        if (!desk.LooksAtNetworks)
        {
            return null;
        }

        var decisions = desk.Decide(address());
        if (decisions.Shadow is { } shadow)
        {
            _shadow.Add(shadow.Rule);
        }

        return decisions.Enforced;
    }

    public void Dispose() => _timer?.Dispose();

    void Rebuild()
    {
        lock (_building)
        {
            Volatile.Write(ref _desk, _desk.With(OwnershipGraph.Of(organizations())));
        }

        _standings?.Recheck();
    }

    OwnershipGraph GraphFor(RegionPolicy policy) => policy.Rules.Count == 0 ? OwnershipGraph.Empty : OwnershipGraph.Of(organizations());
}
