using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class RingContentCountsTests
{
    [Fact]
    public void Items_are_counted_by_the_members_that_asked_them()
    {
        var random = new Random(7);
        var asked = Enumerable.Range(0, 40).SelectMany(member => Enumerable.Range(0, 30).Select(_ => (Item: (uint)random.Next(1, 60), Member: member))).ToList();
        using var items = new ItemCounts(asked.Count);
        asked.ForEach(one => items.Add(one.Item, one.Member));

        var members = asked.Distinct().CountBy(one => one.Item).ToList();
        Assert.Equal(members.Count, items.Count);
        Assert.All(Enumerable.Range(1, 40), least => Assert.Equal(members.Count(item => item.Value >= least), items.AskedBy(least)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1_000)]
    public void The_median_length_is_that_of_the_sorted_lengths(int count)
    {
        var random = new Random(count);
        List<int> lengths = [.. Enumerable.Range(0, count).Select(_ => random.Next(65_535))];
        using var outputs = new OutputCounts();
        lengths.ForEach(outputs.Add);

        Assert.Equal(lengths.Order().ElementAt(count / 2), outputs.Median);
    }

    [Fact]
    public void No_lengths_have_no_median()
    {
        using var outputs = new OutputCounts();
        Assert.True(double.IsNaN(outputs.Median));
    }
}
