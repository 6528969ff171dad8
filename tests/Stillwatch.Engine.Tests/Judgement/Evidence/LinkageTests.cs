using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Judgement.Evidence;

public sealed class LinkageTests
{
    [Fact]
    public void Teams_with_a_card_and_a_place_each_are_little_pieces()
    {
        var teams = Enumerable.Range(0, 60).Select(i => Member(i, payment: 100 + (i / 3), network: 500 + (i / 3)));

        Assert.Equal(3 / 60.0, Piece(teams));
    }

    [Fact]
    public void Cards_that_are_used_through_several_exits_make_one_piece()
    {
        var pool = Enumerable.Range(0, 60).Select(i => Member(i, payment: 100 + (i / 6), network: 500 + ((i + 3) / 6)));

        Assert.Equal(1, Piece(pool));
    }

    [Fact]
    public void An_exit_that_is_not_the_rings_joins_nobody()
    {
        var strangers = Enumerable.Range(0, 10).Select(i => Member(i, payment: 100 + i, network: 500)).ToList();

        Assert.Equal(0.1, Linkage.LargestPiece(strangers, new HashSet<ulong>()));
        Assert.Equal(1, Linkage.LargestPiece(strangers, new HashSet<ulong> { 500 }));
    }

    [Fact]
    public void Unknown_payers_and_devices_join_nobody()
    {
        Assert.Equal(0.25, Piece(Enumerable.Range(0, 4).Select(i => Member(i, payment: 0, network: 500 + i))));
    }

    static double Piece(IEnumerable<RingMember> members)
    {
        List<RingMember> all = [.. members];
        return Linkage.LargestPiece(all, all.SelectMany(m => m.Account.Networks.Select(n => n.Value)).ToHashSet());
    }

    static RingMember Member(int index, int payment, int network)
    {
        var account = new AccountState((ulong)(index + 1), 0, new AccountFacts(0, 0, null, null, (ulong)payment, 0, 0, 0, 0, false, true));
        account.Networks.Add(new Counted { Value = (ulong)network, Count = 3 });
        return new RingMember(index, account, default);
    }
}
