namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>The answer of an ownership graph to one rule, for every organization. Immutable.</summary>
sealed class OwnedShares(OwnershipGraph graph, double[] matched, double[] possible, int unsettled)
{
    /// <summary>
    /// Organizations in cross-holdings too large to be solved exactly and not settled by iteration either: part of their ownership counts
    /// as unknown.
    /// </summary>
    public int Unsettled => unsettled;

    /// <summary>What matching owners hold of the organization; null when it has no record or none of its owners is stated.</summary>
    public OwnedShare? Of(string organization)
    {
        var at = graph.Find(organization);
        return at < 0 || !graph.HasOwners(at) ? null : new(matched[at], possible[at]);
    }
}

/// <param name="MatchedRatio">Held by owners known to match.</param>
/// <param name="PossibleRatio">The same if every unknown owner matched: never less.</param>
readonly record struct OwnedShare(double MatchedRatio, double PossibleRatio);
