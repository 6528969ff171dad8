namespace Stillwatch.Gateway.Access.Regions.Holdings;

/// <summary>
/// The strongly connected components of an ownership graph, owners before owned (Tarjan 1972, without recursion: chains may be as long as
/// the graph). An
/// organization in no cycle is a block of one.
/// </summary>
/// <param name="Order">All organizations; each block is a run of it.</param>
/// <param name="Starts">Where each block starts, and at the end the number of organizations.</param>
/// <param name="Places">Where each organization stands in the order.</param>
sealed record HoldingBlocks(int[] Order, int[] Starts, int[] Places)
{
    public static HoldingBlocks Of(OwnershipGraph graph)
    {
        var count = graph.Organizations;
        var (number, low, next, isOpen) = (new int[count], new int[count], new int[count], new bool[count]);
        var (open, path, order, starts) = (new Stack<int>(), new Stack<int>(), new List<int>(count), new List<int>(count + 1));
        var numbered = 0;
        for (var root = 0; root < count; root++)
        {
            if (number[root] == 0)
            {
                Enter(root);
            }

            while (path.TryPeek(out var at))
            {
                var owners = graph.Owners(at);
                if (next[at] < owners.Length)
                {
                    var target = owners[next[at]++].Target;
                    if (target >= 0 && number[target] == 0)
                    {
                        Enter(target);
                    }
                    else if (target >= 0 && isOpen[target])
                    {
                        low[at] = Math.Min(low[at], number[target]);
                    }

                    continue;
                }

                path.Pop();
                if (path.TryPeek(out var below))
                {
                    low[below] = Math.Min(low[below], low[at]);
                }

                if (low[at] == number[at])
                {
                    Close(at);
                }
            }
        }

        starts.Add(count);
        var places = number; // no longer needed for numbers
        for (var i = 0; i < count; i++)
        {
            places[order[i]] = i;
        }

        return new([.. order], [.. starts], places);

        void Enter(int organization)
        {
            number[organization] = low[organization] = ++numbered;
            isOpen[organization] = true;
            open.Push(organization);
            path.Push(organization);
        }

        void Close(int first)
        {
            starts.Add(order.Count);
            int member;
            do
            {
                member = open.Pop();
                isOpen[member] = false;
                order.Add(member);
            }
            while (member != first);
        }
    }
}
