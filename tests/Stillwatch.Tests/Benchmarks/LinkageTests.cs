using Stillwatch.Benchmarks.Baselines;
using Stillwatch.Benchmarks.Baselines.Graphs;

namespace Stillwatch.Tests.Benchmarks;

public sealed class LinkageTests
{
    [Fact]
    public void An_account_enters_at_the_similarity_that_makes_its_cluster_large_enough()
    {
        var levels = Linkage.EntryLevels(6, [new Link(0, 1, 0.9f), new Link(1, 2, 0.7f), new Link(3, 4, 0.8f), new Link(2, 3, 0.2f)], size: 3);
        Assert.Equal([0.7f, 0.7f, 0.7f, 0.2f, 0.2f, ScoredSetting.Unjudged], levels);
    }

    [Fact]
    public void It_agrees_with_components_taken_at_every_level()
    {
        var random = new Random(31);
        for (var trial = 0; trial < 40; trial++)
        {
            const int Accounts = 14, Size = 4;
            var links = Enumerable.Range(0, 18).Select(_ => (A: random.Next(Accounts), B: random.Next(Accounts), S: random.Next(1, 9) / 10f))
                .Where(link => link.A != link.B).Select(link => new Link(link.A, link.B, link.S)).ToList();
            Assert.Equal(Naive(Accounts, links, Size), Linkage.EntryLevels(Accounts, links, Size));
        }
    }

    static float[] Naive(int accounts, List<Link> links, int size)
    {
        var levels = ScoredSetting.Empty(accounts);
        foreach (var level in links.Select(link => link.Similarity).Distinct().Order())
        {
            var component = Enumerable.Range(0, accounts).ToArray();
            for (var changed = true; changed;)
            {
                changed = false;
                foreach (var link in links.Where(link => link.Similarity >= level && component[link.A] != component[link.B]))
                {
                    component[link.A] = component[link.B] = Math.Min(component[link.A], component[link.B]);
                    changed = true;
                }
            }

            for (var account = 0; account < accounts; account++)
            {
                levels[account] = component.Count(other => other == component[account]) >= size ? level : levels[account];
            }
        }

        return levels;
    }
}
