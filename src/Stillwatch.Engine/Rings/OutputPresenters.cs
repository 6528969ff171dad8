using System.Runtime.InteropServices;
using Stillwatch.Engine.Provenance;

namespace Stillwatch.Engine.Rings;

/// <summary>Who sent in what we had said to whom, other actors only.</summary>
/// <remarks>To send in is one's own act; to have one's answers sent in is not, so it ties nobody to a ring.</remarks>
internal sealed class OutputPresenters
{
    readonly Dictionary<int, List<(int Presenter, bool IsLinked)>> _byOwner = [];

    /// <param name="pairs">Each once; whether it links the two (<see cref="Circulation.Linked"/>).</param>
    public OutputPresenters(IEnumerable<(int Owner, int Presenter, bool IsLinked)> pairs)
    {
        foreach (var (owner, presenter, isLinked) in pairs)
        {
            (CollectionsMarshal.GetValueRefOrAddDefault(_byOwner, owner, out _) ??= []).Add((presenter, isLinked));
        }
    }

    public static OutputPresenters Of(Population population, Circulation circulation) => new(
        from pair in circulation.Pairs
        let places = population.Strangers(pair.Owner, pair.Presenter)
        where places is not null
        select (places.Value.A, places.Value.B, pair.IsLinked));

    /// <summary>Whoever presented an output of one of <paramref name="owners"/>, an owner or not.</summary>
    public Presenters Of(List<int> owners)
    {
        var (often, once) = (new HashSet<int>(), new HashSet<int>());
        foreach (var owner in _byOwner.Count == 0 ? [] : owners)
        {
            foreach (var (presenter, isLinked) in _byOwner.GetValueOrDefault(owner) ?? [])
            {
                (isLinked ? often : once).Add(presenter);
            }
        }

        once.ExceptWith(often);
        return new Presenters(often, once);
    }
}

/// <param name="Often">Again and again, or in a circle.</param>
/// <param name="Once">No more than once.</param>
internal sealed record Presenters(HashSet<int> Often, HashSet<int> Once)
{
    public RingTraits TraitOf(int account) => Often.Contains(account) ? RingTraits.OwnOutput | RingTraits.SomeOutput : Once.Contains(account) ? RingTraits.SomeOutput : 0;
}
