using Stillwatch.Engine.Displacements;

namespace Stillwatch.Engine.Rings;

/// <summary>A ring with its members settled: what the evidence is weighed on.</summary>
internal sealed class RingView(
    RingCandidate candidate, IReadOnlyList<RingMember> members, CoverageWeights coverage, RingContent content, Population population, long nowMs)
{
    public RingCandidate Candidate { get; } = candidate;

    public IReadOnlyList<RingMember> Members { get; } = members;

    readonly HashSet<int> _inside = [.. members.Select(m => m.Index)];

    public bool Contains(int account) => _inside.Contains(account);

    /// <summary>The same for rings of the same members.</summary>
    public ulong MembersHash { get; } = members.Aggregate(14695981039346656037, (hash, m) => (hash ^ (ulong)m.Index) * 1099511628211); // FNV-1a

    public CoverageWeights Coverage { get; } = coverage;

    public Population Population { get; } = population;

    public long NowMs { get; } = nowMs;

    public int Actors { get; } = population.Actors(members.Select(m => m.Index));

    public Func<int, (RingMember, double, CoverageWeights)>? Probe { get; set; }

    /// <summary>What the ring asks.</summary>
    public RingContent Content { get; } = content;

    public bool HasTemplates => Candidate.Classes.Count > 0;

    /// <summary>Log-odds that an account drawn from everybody is a member, nats.</summary>
    public required double Prior { get; init; }

    /// <summary>How well the ring explains what any account shares with it (<see cref="RingLens.GainOf"/>), nats.</summary>
    public required Func<int, double> GainOf { get; init; }

    /// <summary>Accounts, members or not, that hand our outputs round among each other.</summary>
    public required IReadOnlySet<ulong> Circle { get; init; }

    /// <summary>Networks that hold more of the ring than chance, those that most of it uses left out.</summary>
    public IReadOnlySet<ulong> Exits { get; init; } = new HashSet<ulong>();

    public int SharedNetworks => Exits.Count;

    /// <summary>What trials of displacement showed of it; null when none was made.</summary>
    public Displacement? Displacement { get; init; }

    public int Count(RingTraits trait) => Members.Count(m => m.Has(trait));

    /// <summary>Share of members that show a trait, 0 to 1, without smoothing.</summary>
    public double Share(RingTraits trait) => (double)Count(trait) / Members.Count;
}
