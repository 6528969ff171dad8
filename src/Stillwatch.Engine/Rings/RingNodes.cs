namespace Stillwatch.Engine.Rings;

/// <summary>Every trait that can be a node of a ring: template classes that stand out, payers, devices, outputs that crossed.</summary>
/// <param name="Templates">Template classes that enough actors follow and the reference cohort mostly does not.</param>
/// <param name="Identities">Payers, devices and crossings by who holds them.</param>
internal sealed record RingNodes(IReadOnlyList<SharedTrait> Templates, IdentityLinks Identities)
{
    /// <summary>The nodes of a ring: its template classes, and the payers and devices that lie inside.</summary>
    public IReadOnlyList<SharedTrait> Inside(IReadOnlySet<int> classes, AccountSet members) =>
        [.. Templates.Where(t => classes.Contains((int)t.Id)), .. Identities.Inside(members.ToArray()).SelectMany(g => Own(g, members))];

    // A couple's shared card links a couple: the members of a group must be five actors at least for it to be the ring's.
    static List<SharedTrait> Own(List<SharedTrait> own, AccountSet inside) =>
        own.SelectMany(n => n.Accounts).Where(inside.Contains).Distinct().Count() >= TraitGate.MinActors ? own : [];
}
