using Stillwatch.Engine.Provenance;

namespace Stillwatch.Engine.Tests.Provenance;

public sealed class OwnOutputTests
{
    readonly OwnOutputPartition _partition = new(1024);
    readonly List<Crossing> _crossings = [];

    [Fact]
    public void What_we_said_to_one_actor_and_hear_from_another_is_a_crossing()
    {
        Said(1, account: 10);
        Heard(1, account: 20);

        Assert.Equal(new Crossing(10, 20, 77), Assert.Single(_crossings));
    }

    [Fact]
    public void An_account_that_sends_back_its_own_answer_crosses_nothing()
    {
        Said(1, account: 10);
        Heard(1, account: 10);

        Assert.Empty(_crossings);
    }

    [Fact]
    public void Boilerplate_said_to_two_actors_stops_counting()
    {
        Said(1, account: 10);
        Said(1, account: 11);
        Heard(1, account: 20);

        Assert.Empty(_crossings);
    }

    [Fact]
    public void A_published_output_stops_counting_after_three_presenters()
    {
        Said(1, account: 10);
        for (var presenter = 20UL; presenter < 30; presenter++)
        {
            Heard(1, presenter);
        }

        Assert.Equal(OwnOutputPartition.MaxPresenters, _crossings.Count);
    }

    [Fact]
    public void Several_fingerprints_of_one_exchange_count_once()
    {
        var table = new CrossingTable();
        table.Add([new Crossing(1, 2, 5), new Crossing(1, 2, 5), new Crossing(1, 2, 6), new Crossing(2, 1, 5)]);

        Assert.Equal([(1UL, 2UL, 2), (2UL, 1UL, 1)], table.Pairs);
        Assert.Equal([(1UL, 2UL)], table.Circulation.Linked);
    }

    void Said(ulong fingerprint, ulong account) => _partition.Said(new OutputMessage(fingerprint, account, account, 1, IsSaid: true));

    void Heard(ulong fingerprint, ulong account) => _partition.Heard(new OutputMessage(fingerprint, account, account, 77, IsSaid: false), _crossings);
}
