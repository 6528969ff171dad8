using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class RingComponentsTests
{
    [Fact]
    public void Groups_that_share_kinds_of_things_but_no_thing_are_not_one_ring()
    {
        // Three classes, each with a payer and a campus of its own; the second is the largest.
        var ends = new[] { 20, 45, 60 };
        int ClassOf(int member) => Array.FindIndex(ends, end => member < end);

        Assert.Equal(Enumerable.Range(20, 25), RingComponents.Largest([.. Enumerable.Range(0, 60)], 6, (member, values) => values.AddRange([ClassOf(member), 3 + ClassOf(member)])));
    }

    [Fact]
    public void A_chain_of_values_keeps_a_ring_in_one_piece() =>
        Assert.Equal(Enumerable.Range(0, 50), RingComponents.Largest([.. Enumerable.Range(0, 50)], 51, (member, values) => values.AddRange([member, member + 1])));

    [Fact]
    public void Values_that_nobody_else_has_join_nobody() =>
        Assert.Equal([0], RingComponents.Largest([0, 1, 2], 3, (member, values) => values.Add(member)));
}
