using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Traits;

public sealed class TraitTests
{
    [Theory]
    [InlineData(5)]
    [InlineData(127)]
    public void A_small_trait_counts_its_accounts_exactly(int accounts)
    {
        var trait = TraitOf(accounts, repeats: 3);

        Assert.Equal(accounts, trait.AccountCount);
        Assert.All(trait.Counts.ToArray(), c => Assert.Equal(3, c));
        Assert.Equal(accounts * 3, trait.Sightings);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(5_000)]
    [InlineData(50_000)]
    public void A_large_trait_estimates_its_accounts_within_four_standard_errors(int accounts)
    {
        var error = (TraitOf(accounts, repeats: 1).AccountCount / accounts) - 1;

        Assert.InRange(error, -4 / Math.Sqrt(TraitState.SampleSize - 2), 4 / Math.Sqrt(TraitState.SampleSize - 2));
    }

    [Fact]
    public void The_sample_keeps_the_smallest_names_in_order()
    {
        var names = Enumerable.Range(0, 1000).Select(Name).ToList();
        var trait = new TraitState(TraitKey.Of(TraitKind.Shingle, 1));
        names.ForEach(trait.Sight);

        Assert.Equal(names.Order().Take(TraitState.SampleSize), trait.Accounts.ToArray());
    }

    [Fact]
    public void A_key_becomes_a_trait_when_a_second_account_shows_it()
    {
        var partition = new TraitPartition(1024, 100 * TraitState.LeastBytes);
        var key = TraitKey.Of(TraitKind.Shingle, Name(7));
        for (var i = 0; i < 10; i++)
        {
            partition.Sight(new Sighting(key, 1));
        }

        Assert.Empty(partition.Traits);
        partition.Sight(new Sighting(key, 2));

        var trait = Assert.Single(partition.Traits);
        Assert.Equal([10, 1], trait.Counts.ToArray().Select(c => (int)c));
    }

    [Fact]
    public void A_flood_of_unique_keys_makes_no_trait_and_a_full_table_counts_what_it_gives_up()
    {
        var partition = new TraitPartition(1024, 3 * TraitState.LeastBytes);
        for (var i = 0; i < 200_000; i++)
        {
            partition.Sight(new Sighting(TraitKey.Of(TraitKind.Shingle, Name(i)), (ulong)i));
        }

        Assert.Empty(partition.Traits);
        for (var i = 0; i < 5; i++)
        {
            partition.Sight(new Sighting(TraitKey.Of(TraitKind.Device, Name(i)), 1));
            partition.Sight(new Sighting(TraitKey.Of(TraitKind.Device, Name(i)), 2));
        }

        Assert.Equal(3, partition.Traits.Count);
        Assert.Equal(2, partition.Dropped);
    }

    static TraitState TraitOf(int accounts, int repeats)
    {
        var trait = new TraitState(TraitKey.Of(TraitKind.Shingle, 1));
        for (var r = 0; r < repeats; r++)
        {
            for (var i = 0; i < accounts; i++)
            {
                trait.Sight(Name(i));
            }
        }

        return trait;
    }

    /// <summary>splitmix64: names as uniform as keyed hashes are.</summary>
    static ulong Name(int i)
    {
        var z = ((ulong)i + 1) * 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
