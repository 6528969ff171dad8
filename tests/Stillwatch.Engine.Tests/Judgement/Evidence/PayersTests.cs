using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Judgement.Evidence;

public sealed class PayersTests
{
    [Fact]
    public void A_token_whose_users_come_from_all_over_is_hidden_and_one_of_a_single_place_is_not()
    {
        var pool = Enumerable.Range(0, 8).Select(i => Member(i, payment: 7, network: 100 + i));
        var school = Enumerable.Range(10, 8).Select(i => Member(i, payment: 8, network: 200));
        var own = Enumerable.Range(20, 4).Select(i => Member(i, payment: 1000 + i, network: 200));

        Assert.Equal(new Payers(Known: 20, Tokens: 2, Sharing: 16, Largest: 8, HiddenTokens: 1, Hidden: 8), Payers.Of([.. pool, .. school, .. own]));
    }

    [Fact]
    public void Two_who_meet_in_one_network_are_no_place()
    {
        var payers = Payers.Of([Member(1, payment: 7, network: 5), Member(2, payment: 7, network: 5), Member(3, payment: 0, network: 6)]);

        Assert.Equal(new Payers(Known: 2, Tokens: 1, Sharing: 2, Largest: 2, HiddenTokens: 1, Hidden: 2), payers);
    }

    [Fact]
    public void Accounts_of_one_organization_share_a_token_openly()
    {
        Assert.Equal(0, Payers.Of([Member(1, payment: 7, network: 5, organization: 9), Member(2, payment: 7, network: 6, organization: 9)]).Tokens);
    }

    static RingMember Member(int index, int payment, int network, ulong organization = 0)
    {
        var account = new AccountState((ulong)(index + 1), 0, new AccountFacts(organization, 0, null, null, (ulong)payment, 0, 0, 0, 0, false, true));
        account.Networks.Add(new Counted { Value = (ulong)network, Count = 3 });
        return new RingMember(index, account, default);
    }
}
