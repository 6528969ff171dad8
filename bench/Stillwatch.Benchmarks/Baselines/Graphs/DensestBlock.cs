namespace Stillwatch.Benchmarks.Baselines.Graphs;

/// <summary>
/// The greedy peel of FRAUDAR (Hooi et al. 2016): the block of a bipartite graph with the most edge weight per node, to within a factor of
/// two.
/// </summary>
/// <remarks>
/// Column weights 1 / ln(degree + 5), the constant of the authors' code: what everybody has counts little, so that camouflage does not pay.
/// </remarks>
internal static class DensestBlock
{
    const double DegreeOffset = 5;

    /// <param name="edges">(row, column), each once.</param>
    /// <returns>The block's rows with their weight inside it, its columns, and its density; density 0 when there are no edges.</returns>
    public static Block Find(IReadOnlyList<(int Row, int Column)> edges, int rows, int columns)
    {
        var weights = ColumnWeights(edges, columns);
        var neighbours = Neighbours(edges, rows, columns);
        var strength = new double[rows + columns];
        var total = 0.0;
        foreach (var (row, column) in edges)
        {
            strength[row] += weights[column];
            strength[rows + column] += weights[column];
            total += weights[column];
        }

        var isGone = new bool[rows + columns];
        var queue = new PriorityQueue<int, (double, int)>();
        var left = 0;
        for (var node = 0; node < neighbours.Length; node++)
        {
            if (neighbours[node].Count > 0)
            {
                queue.Enqueue(node, (strength[node], node));
                left++;
            }
        }

        var order = new List<int>(left);
        var (bestDensity, bestGone) = (left == 0 ? 0 : total / left, 0);
        while (queue.TryDequeue(out var node, out var key))
        {
            if (isGone[node] || key.Item1 > strength[node])
            {
                continue; // a stale entry: the node was queued again, weaker
            }

            isGone[node] = true;
            order.Add(node);
            total -= strength[node];
            left--;
            foreach (var other in neighbours[node])
            {
                if (!isGone[other])
                {
                    strength[other] -= weights[(node < rows ? other : node) - rows];
                    queue.Enqueue(other, (strength[other], other));
                }
            }

            if (left > 0 && total / left > bestDensity)
            {
                (bestDensity, bestGone) = (total / left, order.Count);
            }
        }

        var inside = order.Skip(bestGone).ToHashSet();
        return new Block(
            inside.Where(node => node < rows).ToDictionary(row => row, row => neighbours[row].Where(inside.Contains).Sum(column => weights[column - rows])),
            inside.Where(node => node >= rows).Select(node => node - rows).ToHashSet(),
            bestDensity);
    }

    public static double[] ColumnWeights(IReadOnlyList<(int Row, int Column)> edges, int columns)
    {
        var degrees = new int[columns];
        foreach (var (_, column) in edges)
        {
            degrees[column]++;
        }

        return [.. degrees.Select(degree => 1 / Math.Log(degree + DegreeOffset))];
    }

    static List<int>[] Neighbours(IReadOnlyList<(int Row, int Column)> edges, int rows, int columns)
    {
        var neighbours = new List<int>[rows + columns];
        for (var node = 0; node < neighbours.Length; node++)
        {
            neighbours[node] = [];
        }

        foreach (var (row, column) in edges)
        {
            neighbours[row].Add(rows + column);
            neighbours[rows + column].Add(row);
        }

        return neighbours;
    }
}

/// <param name="Rows">Row and the edge weight it has inside the block.</param>
/// <param name="Density">Edge weight per node.</param>
internal sealed record Block(IReadOnlyDictionary<int, double> Rows, IReadOnlySet<int> Columns, double Density);
