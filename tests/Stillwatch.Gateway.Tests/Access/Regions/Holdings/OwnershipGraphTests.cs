using System.Diagnostics;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Holdings;
using static Stillwatch.Gateway.Tests.Access.Regions.Holdings.Holding;

namespace Stillwatch.Gateway.Tests.Access.Regions.Holdings;

public sealed class OwnershipGraphTests
{
    [Fact]
    public void Shares_are_multiplied_along_a_path() =>
        Assert.Equal(0.54, Share([Held("c", "US", ("b", 0.9)), Held("b", "SG", ("a@KP", 0.6), ("x@US", 0.4))], "c").MatchedRatio, 12);

    [Fact]
    public void Paths_are_summed_and_several_owners_of_one_country_count_together() =>
        Assert.Equal(0.52, Share(
            [Held("c", "US", ("b1", 0.5), ("b2", 0.3), ("p@KP", 0.1)), Held("b1", "SG", ("q@KP", 0.6)), Held("b2", "SG", ("q@KP", 0.4))], "c").MatchedRatio, 12);

    [Fact]
    public void An_owner_that_sits_in_a_matching_country_counts_whoever_owns_it() =>
        Assert.Equal(0.9, Share([Held("c", "US", ("b", 0.9)), Held("b", "KP", ("x@US", 1))], "c").MatchedRatio, 12);

    [Fact]
    public void What_is_held_through_two_matching_owners_counts_once() =>
        Assert.Equal(0.9, Share([Held("c", "US", ("b", 0.9)), Held("b", "KP", ("a@KP", 0.6))], "c").MatchedRatio, 12);

    [Fact]
    public void An_owners_own_record_says_its_country_and_the_share_only_where_it_does_not()
    {
        OrganizationRecord[] records =
        [
            new() { Organization = "c", Owners = [new("b", "KP", 0.7)] },
            new() { Organization = "d", Owners = [new("e", "KP", 0.7)] },
            Held("b", "US"),
            Held("e", null),
        ];
        Assert.Equal(0, Share(records, "c").MatchedRatio);
        Assert.Equal(0.7, Share(records, "d").MatchedRatio);
    }

    [Fact]
    public void Shares_nobody_states_are_unknown_and_not_spread_over_the_others()
    {
        var share = Share([Held("c", "US", ("b", 0.6), ("x", 0.1)), Held("b", "SG", ("a@KP", 0.5), ("y@US", 0.2))], "c");
        Assert.Equal(0.3, share.MatchedRatio, 12);
        Assert.Equal(1 - 0.12, share.PossibleRatio, 12); // only what y holds is known to be another's
    }

    [Fact]
    public void An_organization_of_whose_owners_nothing_is_stated_has_no_answer()
    {
        var graph = OwnershipGraph.Of([Held("c", "US")]);
        Assert.Null(graph.Shares(_ => true, OwnershipReading.Multiplied).Of("c"));
        Assert.Null(graph.Shares(_ => true, OwnershipReading.Multiplied).Of("nobody"));
    }

    [Fact]
    public void Companies_that_own_one_another_are_solved_as_a_system()
    {
        // x = 0.5 + 0.4 y, y = 0.3 x + 0.1: x = 0.54 / 0.88
        var records = new[] { Held("x", "US", ("p@KP", 0.5), ("y", 0.4), ("q@US", 0.1)), Held("y", "US", ("x", 0.3), ("p@KP", 0.1), ("q@US", 0.6)) };
        Assert.Equal(0.54 / 0.88, Share(records, "x").MatchedRatio, 12);
        Assert.Equal(Share(records, "x").MatchedRatio, Share(records, "x").PossibleRatio, 12); // nothing in it is unknown
        Assert.Equal((0.3 * 0.54 / 0.88) + 0.1, Share(records, "y").MatchedRatio, 12);
    }

    [Fact]
    public void A_ring_that_owns_all_but_a_millionth_of_itself_belongs_to_who_holds_the_millionth()
    {
        var records = new[] { Held("x", "US", ("y", 1 - 1e-6), ("p@KP", 1e-6)), Held("y", "US", ("x", 1)) };
        Assert.Equal(1, Share(records, "x").MatchedRatio, 9);
        Assert.Equal(1, Share(records, "y").MatchedRatio, 9);
    }

    [Fact]
    public void A_ring_that_nobody_outside_owns_is_unknown_and_so_is_what_it_holds()
    {
        var records = new[] { Held("x", "US", ("y", 1)), Held("y", "US", ("x", 1)), Held("c", "US", ("x", 0.8), ("p@KP", 0.2)) };
        Assert.Equal(new OwnedShare(0, 1), Share(records, "x"));
        Assert.Equal(0.2, Share(records, "c").MatchedRatio, 12);
        Assert.Equal(1, Share(records, "c").PossibleRatio, 12);
    }

    [Fact]
    public void Shares_an_organization_holds_in_itself_are_spread_over_its_owners()
    {
        Assert.Equal(0.6, Share([Held("c", "US", ("c", 0.5), ("p@KP", 0.3), ("q@US", 0.2))], "c").MatchedRatio, 12);
        Assert.Equal(new OwnedShare(0, 1), Share([Held("c", "US", ("c", 1))], "c"));
    }

    [Fact]
    public void A_record_of_more_than_the_whole_is_a_fault_and_makes_nobody_s_share_larger()
    {
        var graph = OwnershipGraph.Of([Held("c", "US", ("p@KP", 0.6), ("q@US", 0.9)), Held("d", "US", ("p@KP", 60), ("q@US", 0.4)), Held("e", "US", ("p@KP", double.NaN))]);
        var shares = graph.Shares(country => country == "KP", OwnershipReading.Multiplied);
        Assert.Equal(0.4, shares.Of("c")!.Value.MatchedRatio, 12);
        Assert.Equal(new OwnedShare(0, 0.6), shares.Of("d"));
        Assert.Equal(new OwnedShare(0, 1), shares.Of("e"));
        Assert.Equal(["c", "d", "e"], graph.Faults.Select(fault => fault.Organization));
        Assert.Contains("1.5", graph.Faults[0].Says);
        Assert.Contains("60", graph.Faults[1].Says);
    }

    [Fact]
    public void Three_thirds_that_round_to_more_than_one_are_no_fault() =>
        Assert.Equal(0, OwnershipGraph.Of([Held("c", "US", ("a", 0.3333334), ("b", 0.3333334), ("d", 0.3333334))]).FaultCount);

    [Fact]
    public void Of_two_records_of_one_organization_the_later_counts_and_it_is_noted()
    {
        var graph = OwnershipGraph.Of([Held("c", "US", ("p@KP", 0.9)), Held("c", "US", ("p@US", 0.9))]);
        Assert.Equal(0, graph.Shares(country => country == "KP", OwnershipReading.Multiplied).Of("c")!.Value.MatchedRatio);
        Assert.Equal(1, graph.FaultCount);
    }

    [Fact]
    public void A_majority_of_a_majority_is_owned_where_shares_cascade_and_not_where_they_multiply()
    {
        var records = new[] { Held("c", "US", ("b", 0.6), ("x@US", 0.4)), Held("b", "SG", ("a@KP", 0.6), ("x@US", 0.4)) };
        Assert.Equal(0.36, Share(records, "c").MatchedRatio, 12);
        Assert.Equal(0.6, Share(records, "c", reading: OwnershipReading.Cascading).MatchedRatio, 12);
    }

    [Fact]
    public void A_minority_cascades_to_nothing_and_two_minorities_of_one_company_to_all()
    {
        var records = new[]
        {
            Held("c", "US", ("b", 0.9)), Held("b", "SG", ("a@KP", 0.5), ("x@US", 0.5)),
            Held("d", "US", ("e", 0.4), ("p@KP", 0.15)), Held("e", "SG", ("p@KP", 0.3), ("q@KP", 0.3)),
        };
        Assert.Equal(0, Share(records, "c", reading: OwnershipReading.Cascading).MatchedRatio);
        Assert.Equal(0.55, Share(records, "d", reading: OwnershipReading.Cascading).MatchedRatio, 12);
    }

    [Fact]
    public void A_ring_that_only_owns_itself_does_not_lift_itself_into_a_majority()
    {
        var records = new[] { Held("x", "US", ("y", 0.8), ("p@KP", 0.1)), Held("y", "US", ("x", 0.8), ("p@KP", 0.1)) };
        Assert.Equal(0.1, Share(records, "x", reading: OwnershipReading.Cascading).MatchedRatio, 12);
        Assert.Equal(0.5, Share(records, "x").MatchedRatio, 12); // the same ring, multiplied: 0.1 / (1 - 0.8)
    }

    [Fact]
    public void Ultimate_owners_are_named_with_their_shares_and_the_unknown_rest()
    {
        var graph = OwnershipGraph.Of([Held("c", "US", ("b", 0.8), ("p@KP", 0.2)), Held("b", "SG", ("c", 0.5), ("q@US", 0.25))]);
        var owners = UltimateOwners.Of(graph, "c"); // c = 0.2 p + 0.8 b, b = 0.5 c + 0.25 q + 0.25 unknown: divided by 0.6
        Assert.Equal([null, "q@US", "p@KP"], owners.Select(owner => owner.Owner).OrderBy(name => name is null ? 0 : name[0] == 'q' ? 1 : 2));
        Assert.All(owners, owner => Assert.Equal(1 / 3.0, owner.ShareRatio, 9));
        Assert.Empty(UltimateOwners.Of(graph, "nobody"));
    }

    [Fact]
    public void A_cross_holding_too_large_to_be_solved_exactly_is_settled_by_iteration()
    {
        // One ring of 1,000: each owns 0.9 of the next, and somebody abroad the rest of each.
        const int Count = 1_000;
        var records = Enumerable.Range(0, Count).Select(i => Held($"r{i}", "US", ($"r{(i + 1) % Count}", 0.9), (i % 2 == 0 ? "p@KP" : "q@US", 0.1))).ToArray();
        var shares = OwnershipGraph.Of(records).Shares(country => country == "KP", OwnershipReading.Multiplied);
        Assert.Equal(0, shares.Unsettled);
        Assert.Equal(0.1 / (1 - 0.81), shares.Of("r0")!.Value.MatchedRatio, 9);
        Assert.Equal(0.09 / (1 - 0.81), shares.Of("r1")!.Value.MatchedRatio, 9);
    }

    [Fact]
    public void A_quarter_of_a_million_organizations_are_built_and_solved_in_seconds()
    {
        const int Count = 250_000;
        var state = 1UL;
        int Next(int bound) => (int)(((state = (state * 6364136223846793005) + 1442695040888963407) >> 33) % (ulong)bound);
        var records = Enumerable.Range(0, Count).Select(i => i % 5 == 0
            ? Held($"o{i}", "US", ($"p{Next(1000)}@KP", 0.3), ($"q{Next(1000)}@US", 0.7))
            : Held($"o{i}", "SG", ($"o{Next(Count / 50) + (i - (i % (Count / 50)))}", 0.4), ($"o{i - (i % 5)}", 0.35), ($"q{Next(1000)}@US", 0.2))).ToArray();
        var watch = Stopwatch.StartNew();
        var graph = OwnershipGraph.Of(records);
        var built = watch.ElapsedMilliseconds;
        var multiplied = graph.Shares(country => country == "KP", OwnershipReading.Multiplied);
        var solved = watch.ElapsedMilliseconds - built;
        graph.Shares(country => country == "KP", OwnershipReading.Cascading);
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"built in {built} ms, multiplied in {solved} ms, cascading in {watch.ElapsedMilliseconds - built - solved} ms, {multiplied.Unsettled} unsettled");
        Assert.True(watch.ElapsedMilliseconds < 20_000, $"{watch.ElapsedMilliseconds} ms");
        Assert.Equal(0, multiplied.Unsettled);
        Assert.InRange(multiplied.Of("o1")!.Value.MatchedRatio, 0.1, 0.3);
    }

    [Fact]
    public void A_chain_as_long_as_the_graph_overflows_no_stack()
    {
        var records = Enumerable.Range(0, 200_000).Select(i => Held($"c{i}", "US", (i == 199_999 ? "p@KP" : $"c{i + 1}", 1))).ToArray();
        Assert.Equal(1, Share(records, "c0").MatchedRatio, 9);
        Assert.Equal(1, Share(records, "c0", reading: OwnershipReading.Cascading).MatchedRatio, 9);
        Assert.Equal("p@KP", Assert.Single(UltimateOwners.Of(OwnershipGraph.Of(records), "c0")).Owner);
    }
}
