using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class ReferenceCohortTests
{
    [Theory]
    [InlineData(3, 10, false)] // a published template, tried
    [InlineData(4, 100, false)] // once in a while
    [InlineData(4, 64, true)]
    [InlineData(30, 40, true)] // lived on
    public void A_twentieth_of_ones_traffic_is_a_habit_and_a_few_tries_are_not(long uses, long exchanges, bool expected) =>
        Assert.Equal(expected, ReferenceCohort.IsHabit(uses, exchanges));
}
