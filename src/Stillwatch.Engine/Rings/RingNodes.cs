namespace Stillwatch.Engine.Rings;

/// <summary>Every trait that can be a node of a ring: template classes that stand out, payers, devices, outputs that crossed.</summary>
/// <param name="Templates">Template classes that enough actors follow and the reference cohort mostly does not.</param>
/// <param name="Groups">Payers, devices and crossings by who holds them (<see cref="IdentityLinks"/>).</param>
internal sealed record RingNodes(IReadOnlyList<SharedTrait> Templates, IReadOnlyList<List<SharedTrait>> Groups)
{
    const double Half = 0.5;

    /// <summary>The nodes of a ring: its template classes, and the payers and devices that lie inside.</summary>
    public IReadOnlyList<SharedTrait> Inside(IReadOnlySet<int> classes, AccountSet members) =>
        [.. Templates.Where(t => classes.Contains((int)t.Id)), .. Groups.SelectMany(g => Own(g, members))];

    // A couple's shared card links a couple: the members of a group must be five actors at least for it to be the ring's.
    static IEnumerable<SharedTrait> Own(List<SharedTrait> group, AccountSet inside)
    {
        var own = group.Where(n => n.Accounts.Count(inside.Contains) is >= 2 and var shared && shared >= Half * n.Accounts.Count).ToList();
        return own.Count > 0 && own.SelectMany(n => n.Accounts).Where(inside.Contains).Distinct().Count() >= TraitGate.MinActors ? own : [];
    }
}
