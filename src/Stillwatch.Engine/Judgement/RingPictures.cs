using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>The ring as accounts and the traits they share, small enough to draw.</summary>
internal static class RingPictures
{
    const int MaxTraits = 24;
    const int MaxEdges = 20_000;

    public static RingPicture Of(RingView ring, AccountIds ids)
    {
        var members = ring.Members.ToDictionary(m => m.Index);
        var traits = ring.Candidate.Nodes
            .Select(n => (Node: n, Accounts: n.Accounts.Where(members.ContainsKey).ToList()))
            .Where(n => n.Accounts.Count >= 2)
            .OrderByDescending(n => n.Accounts.Count).ThenBy(n => n.Node.Kind).ThenBy(n => n.Node.Id)
            .Take(MaxTraits).ToList();
        var nodes = ring.Members.Select(m => new RingNode(ids[m.Account.Name], "account", null, 1)).ToList();
        var edges = new List<RingEdge>();
        for (var t = 0; t < traits.Count; t++)
        {
            var (node, accounts) = traits[t];
            var name = $"{TraitNames.Of(node.Kind)}-{t + 1}";
            nodes.Add(new RingNode(name, TraitNames.Of(node.Kind), FamilyOf(node.Kind), accounts.Count));
            foreach (var account in accounts)
            {
                if (edges.Count < MaxEdges)
                {
                    edges.Add(new RingEdge(ids[members[account].Account.Name], name, Math.Max(1, members[account].Hits)));
                }
            }
        }

        return new RingPicture(nodes, edges);
    }

    static string FamilyOf(TraitKind kind) => kind switch
    {
        TraitKind.Payment => Families.Identity,
        TraitKind.Device => Families.Infrastructure,
        TraitKind.OwnOutput => Families.OwnOutput,
        _ => Families.Content,
    };
}
