using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

/// <summary>The cohort's names as bits: never forgets one, and seldom takes another for one.</summary>
public sealed class NormalNamesTests
{
    [Fact]
    public void Every_name_inside_is_held_and_of_those_outside_at_most_one_in_sixteen()
    {
        var random = new Random(5);
        var names = Enumerable.Range(0, 3_000).Select(_ => (ulong)random.NextInt64()).ToList();
        var held = NormalNames.Of(names);
        Assert.All(names, name => Assert.True(held.MayHold(name)));
        var strangers = Enumerable.Range(0, 100_000).Count(_ => held.MayHold((ulong)random.NextInt64()));
        Assert.InRange(strangers, 1, 100_000 / 16);
    }

    [Fact]
    public void Nobody_is_in_an_empty_cohort() => Assert.False(NormalNames.Of([]).MayHold(77));
}
