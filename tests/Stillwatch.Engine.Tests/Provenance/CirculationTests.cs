using Stillwatch.Engine.Provenance;

namespace Stillwatch.Engine.Tests.Provenance;

public sealed class CirculationTests
{
    [Fact]
    public void A_pool_that_grades_on_whatever_account_is_free_is_a_circle_though_no_pair_meets_twice()
    {
        // Account a grades the answers of the three that follow it, once each.
        var pairs = Enumerable.Range(0, 12).SelectMany(a => Enumerable.Range(1, 3).Select(d => (Owner: (ulong)(((a + d) % 12) + 1), Presenter: (ulong)(a + 1), Count: 1)));

        var circulation = new Circulation(pairs);

        Assert.Equal(12, circulation.Circle.Count);
        Assert.Equal(36, circulation.Linked.Count);
    }

    [Fact]
    public void An_author_and_his_readers_are_no_circle()
    {
        var circulation = new Circulation(Enumerable.Range(2, 30).Select(reader => (1UL, (ulong)reader, 1)));

        Assert.Empty(circulation.Circle);
        Assert.Empty(circulation.Linked);
    }

    [Fact]
    public void Two_partners_link_each_other_and_are_no_circle()
    {
        var circulation = new Circulation([(1, 2, 5), (2, 1, 4)]);

        Assert.Empty(circulation.Circle);
        Assert.Equal([(1UL, 2UL), (2UL, 1UL)], circulation.Linked);
    }

    [Fact]
    public void Who_pastes_what_a_pool_published_is_not_drawn_into_it()
    {
        const ulong Innocent = 99;
        var pool = Enumerable.Range(0, 12).SelectMany(a => Enumerable.Range(1, 3).Select(d => (Owner: (ulong)(((a + d) % 12) + 1), Presenter: (ulong)(a + 1), Count: 1)));

        var circulation = new Circulation(pool.Concat(Enumerable.Range(1, 6).Select(owner => ((ulong)owner, Innocent, 1))));

        Assert.DoesNotContain(Innocent, circulation.Circle);
        Assert.DoesNotContain(circulation.Linked, pair => pair.Owner == Innocent || pair.Presenter == Innocent);
    }
}
