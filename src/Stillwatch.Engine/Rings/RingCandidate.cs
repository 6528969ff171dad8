using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Something accounts share, as a node of the ring graph.</summary>
/// <param name="Id">Keyed hash of the trait; for a template class its number.</param>
/// <param name="Accounts">Indices into the population, ascending.</param>
internal sealed record SharedTrait(TraitKind Kind, ulong Id, IReadOnlyList<int> Accounts)
{
    /// <summary>Accounts of the reference cohort that show it and do not live on it; counted for templates only.</summary>
    public int Inside { get; init; }

    /// <summary>Cohort lift, nats; of templates only.</summary>
    public double Lift { get; init; }
}

/// <summary>A group of linked accounts, not yet judged.</summary>
/// <param name="Classes">Template classes, by number.</param>
/// <param name="Nodes">All shared traits, template classes among them.</param>
/// <param name="Accounts">Everyone any node names, ascending; who really belongs is <see cref="RingMembers"/>' question.</param>
/// <param name="ByIdentity">Made by payers, devices or one client: others may belong who share none.</param>
internal sealed record RingCandidate(IReadOnlyList<int> Classes, IReadOnlyList<SharedTrait> Nodes, IReadOnlyList<int> Accounts, bool ByIdentity)
{
    /// <summary>Accounts that a stronger ring took.</summary>
    public IReadOnlySet<int> Taken { get; init; } = new HashSet<int>();

    public RingCandidate Without(IReadOnlySet<int> taken) => this with { Accounts = [.. Accounts.Where(a => !taken.Contains(a))], Taken = taken };
}
