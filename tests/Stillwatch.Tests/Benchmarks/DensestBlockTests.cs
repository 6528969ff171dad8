using Stillwatch.Benchmarks.Baselines.Graphs;

namespace Stillwatch.Tests.Benchmarks;

public sealed class DensestBlockTests
{
    [Fact]
    public void The_peel_is_within_its_factor_of_two_of_exhaustive_search_and_mostly_exact()
    {
        var random = new Random(21);
        var exact = 0;
        for (var trial = 0; trial < 60; trial++)
        {
            const int Rows = 6, Columns = 5;
            var edges = (from row in Enumerable.Range(0, Rows) from column in Enumerable.Range(0, Columns) where random.NextDouble() < 0.4 select (row, column)).ToList();
            var best = Exhaustive(edges, Rows, Columns);
            var found = DensestBlock.Find(edges, Rows, Columns).Density;
            Assert.InRange(found, best / 2, best + 1e-9);
            exact += Math.Abs(found - best) < 1e-9 ? 1 : 0;
        }

        Assert.True(exact >= 40, $"{exact} of 60");
    }

    [Fact]
    public void The_stated_density_is_that_of_the_stated_block()
    {
        var random = new Random(22);
        var edges = Enumerable.Range(0, 400).Select(_ => (random.Next(60), random.Next(40))).Distinct().ToList();
        var block = DensestBlock.Find(edges, 60, 40);
        var weights = DensestBlock.ColumnWeights(edges, 40);
        var inside = edges.Where(edge => block.Rows.ContainsKey(edge.Item1) && block.Columns.Contains(edge.Item2)).ToList();
        Assert.Equal(block.Density, inside.Sum(edge => weights[edge.Item2]) / (block.Rows.Count + block.Columns.Count), 9);
        Assert.All(block.Rows, row => Assert.Equal(row.Value, inside.Where(edge => edge.Item1 == row.Key).Sum(edge => weights[edge.Item2]), 9));
    }

    [Fact]
    public void Camouflage_on_popular_columns_does_not_hide_a_dense_block()
    {
        var random = new Random(23);
        var edges = new HashSet<(int, int)>();
        for (var row = 0; row < 300; row++)
        {
            edges.Add((row, random.Next(2))); // two columns everybody has
            edges.Add((row, 2 + random.Next(120)));
        }

        edges.UnionWith(from row in Enumerable.Range(300, 15) from column in Enumerable.Range(122, 8) select (row, column));
        edges.UnionWith(from row in Enumerable.Range(300, 15) select (row, 0));
        var block = DensestBlock.Find([.. edges.Order()], 315, 130);
        Assert.Equal(Enumerable.Range(300, 15), block.Rows.Keys.Order());
    }

    [Fact]
    public void A_popular_column_weighs_less()
    {
        var weights = DensestBlock.ColumnWeights([(0, 0), (1, 0), (2, 0), (0, 1)], 2);
        Assert.Equal([1 / Math.Log(8), 1 / Math.Log(6)], weights);
    }

    [Fact]
    public void No_edges_no_block() => Assert.Equal(0, DensestBlock.Find([], 3, 3).Density);

    static double Exhaustive(List<(int Row, int Column)> edges, int rows, int columns)
    {
        var weights = DensestBlock.ColumnWeights(edges, columns);
        var best = 0.0;
        for (var set = 1; set < 1 << (rows + columns); set++)
        {
            var weight = edges.Where(edge => (set >> edge.Row & 1) == 1 && (set >> (rows + edge.Column) & 1) == 1).Sum(edge => weights[edge.Column]);
            best = Math.Max(best, weight / System.Numerics.BitOperations.PopCount((uint)set));
        }

        return best;
    }
}
