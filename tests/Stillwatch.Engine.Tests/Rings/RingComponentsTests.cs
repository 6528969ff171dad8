using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class RingComponentsTests
{
    [Fact]
    public void Groups_that_share_kinds_of_things_but_no_thing_are_not_one_ring()
    {
        // Three classes, each with a payer and a campus of its own; the second is the largest.
        var ends = new[] { 20, 45, 60 };
        IEnumerable<(int, ulong)> ValuesOf(int member) => ClassOf(member) is var c ? [(1, (ulong)c), (4, 100UL + (ulong)c)] : [];
        int ClassOf(int member) => Array.FindIndex(ends, end => member < end);

        Assert.Equal(Enumerable.Range(20, 25), RingComponents.Largest([.. Enumerable.Range(0, 60)], ValuesOf));
    }

    [Fact]
    public void A_chain_of_values_keeps_a_ring_in_one_piece()
    {
        IEnumerable<(int, ulong)> ValuesOf(int member) => [(4, (ulong)member), (4, (ulong)member + 1)];

        Assert.Equal(Enumerable.Range(0, 50), RingComponents.Largest([.. Enumerable.Range(0, 50)], ValuesOf));
    }

    [Fact]
    public void Equal_values_of_different_kinds_join_nobody()
    {
        IEnumerable<(int, ulong)> ValuesOf(int member) => [(member, 7UL)];

        Assert.Equal([0], RingComponents.Largest([0, 1, 2], ValuesOf));
    }
}
