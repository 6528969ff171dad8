using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Tests.Rings;

public sealed class OutputPresentersTests
{
    const int Stranger = 9;
    const RingTraits Often = RingTraits.OwnOutput | RingTraits.SomeOutput; // who does it often did it once
    readonly OutputPresenters _presenters = new([(1, 2, true), (2, 1, true), (1, Stranger, false), (3, 4, true), (3, 5, false), (1, 5, true), (7, 1, true)]);

    [Fact]
    public void Who_presents_an_output_is_found_whether_he_is_an_owner_or_not()
    {
        var presenters = _presenters.Of([1, 2]);

        Assert.Equal(Often, presenters.TraitOf(1));
        Assert.Equal(Often, presenters.TraitOf(2));
        Assert.Equal(RingTraits.SomeOutput, presenters.TraitOf(Stranger));
        Assert.Equal(RingTraits.None, presenters.TraitOf(4)); // of an account that was not asked for
    }

    [Fact]
    public void To_have_ones_output_presented_is_no_act_of_ones_own() =>
        Assert.Equal(RingTraits.None, _presenters.Of([1, 7]).TraitOf(7));

    [Fact]
    public void Who_presents_one_owner_often_and_another_once_presents_often() =>
        Assert.Equal(Often, _presenters.Of([1, 3]).TraitOf(5));
}
