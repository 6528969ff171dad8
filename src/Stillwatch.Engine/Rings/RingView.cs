using System.Diagnostics.CodeAnalysis;
using Stillwatch.Engine.Displacements;

namespace Stillwatch.Engine.Rings;

/// <summary>A ring with its members settled: what the evidence is weighed on.</summary>
internal sealed class RingView
{
    readonly AccountSet _inside;
    readonly RingView? _first;
    double? _meanGain;
    double? _largestPiece;

    /// <param name="inside">The members' places.</param>
    public RingView(
        RingCandidate candidate, IReadOnlyList<RingMember> members, AccountSet inside, CoverageWeights coverage, RingContent content, Population population, long nowMs)
    {
        (Candidate, Members, _inside, Coverage, Content, Population, NowMs) = (candidate, members, inside, coverage, content, population, nowMs);
        (MembersHash, Actors) = (HashOf(members.Select(m => m.Index)), population.Actors(members.Select(m => m.Index)));
    }

    [SetsRequiredMembers]
    RingView(RingView first, RingCandidate candidate)
    {
        (Candidate, Members, _inside, Coverage, Content, Population, NowMs) =
            (candidate, first.Members, first._inside, first.Coverage, first.Content, first.Population, first.NowMs);
        (MembersHash, Actors, Prior, GainOf, Takes, Circle, Exits, Displacement) =
            (first.MembersHash, first.Actors, first.Prior, first.GainOf, first.Takes, first.Circle, first.Exits, first.Displacement);
        _first = first;
    }

    /// <summary>The same ring as found from <paramref name="candidate"/>.</summary>
    public RingView For(RingCandidate candidate) => new(First, candidate with { Classes = Candidate.Classes, Nodes = Candidate.Nodes });

    /// <summary>One and the same for all that came <see cref="For"/> a candidate: their evidence is the same.</summary>
    public RingView First => _first ?? this;

    /// <summary>Whether other candidates may come to it as well.</summary>
    public bool IsShared => _first is not null;

    public RingCandidate Candidate { get; }

    public IReadOnlyList<RingMember> Members { get; }

    public bool Contains(int account) => _inside.Contains(account);

    /// <summary>The same for rings of the same members.</summary>
    public ulong MembersHash { get; }

    public CoverageWeights Coverage { get; }

    public Population Population { get; }

    public long NowMs { get; }

    public int Actors { get; }

    /// <summary>What the ring asks.</summary>
    public RingContent Content { get; }

    public bool HasTemplates => Candidate.Classes.Count > 0;

    /// <summary>Log-odds that an account drawn from everybody is a member, nats.</summary>
    public required double Prior { get; init; }

    /// <summary>How well the ring explains what any account shares with it (<see cref="RingLens.GainOf"/>), nats.</summary>
    public required Func<int, double> GainOf { get; init; }

    /// <summary>Whether any account, a member or not, comes out likelier in the ring than out of it.</summary>
    public required Func<int, bool> Takes { get; init; }

    /// <summary>Accounts, members or not, that hand our outputs round among each other.</summary>
    public required IReadOnlySet<ulong> Circle { get; init; }

    /// <summary>Networks that hold more of the ring than chance, those that most of it uses left out.</summary>
    public IReadOnlySet<ulong> Exits { get; init; } = new HashSet<ulong>();

    /// <summary>What <see cref="GainOf"/> says of the members, on average, nats; worked out once.</summary>
    public double MeanGain => _first is null ? _meanGain ??= Members.Average(m => GainOf(m.Index)) : _first.MeanGain;

    public int SharedNetworks => Exits.Count;

    /// <summary>Share of the members in the largest piece that payers, devices and exits join (<see cref="Judgement.Evidence.Linkage"/>), 0 to 1; worked out once.</summary>
    public double LargestPiece => _first is null ? _largestPiece ??= Judgement.Evidence.Linkage.LargestPiece(Members, Exits) : _first.LargestPiece;

    /// <summary>What trials of displacement showed of it; null when none was made.</summary>
    public Displacement? Displacement { get; init; }

    /// <summary>FNV-1a over accounts in their order.</summary>
    public static ulong HashOf(IEnumerable<int> accounts) =>
        accounts.Aggregate(14695981039346656037, (hash, account) => (hash ^ (ulong)account) * 1099511628211);

    public int Count(RingTraits trait) => Members.Count(m => m.Has(trait));

    /// <summary>Share of members that show a trait, 0 to 1, without smoothing.</summary>
    public double Share(RingTraits trait) => (double)Count(trait) / Members.Count;
}
