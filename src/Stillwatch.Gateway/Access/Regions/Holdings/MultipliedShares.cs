namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>
/// Shares multiplied along paths and summed over them. With A the shares and d what matching owners hold directly, the answer is the least
/// x with x = Ax + d. Owners
/// come first, so an organization in no cycle is one sum; a block of cross-holdings is solved as a linear system.
/// </summary>
static class MultipliedShares
{
    public static OwnedShares Of(OwnershipGraph graph, Func<string, bool> isMatch)
    {
        var (matched, other) = (new double[graph.Organizations], new double[graph.Organizations]);
        var blocks = graph.Blocks;
        var solver = new CrossHolding(graph, isMatch, matched, other);
        var unsettled = 0;
        for (var block = 0; block + 1 < blocks.Starts.Length; block++)
        {
            var members = blocks.Order.AsSpan(blocks.Starts[block]..blocks.Starts[block + 1]);
            if (members.Length == 1)
            {
                solver.Sum(members[0]);
            }
            else if (!solver.Solve(members))
            {
                unsettled += members.Length;
            }
        }

        var possible = new double[matched.Length];
        for (var i = 0; i < possible.Length; i++)
        {
            possible[i] = Math.Max(matched[i], 1 - other[i]);
        }

        return new(graph, matched, possible, unsettled);
    }
}
