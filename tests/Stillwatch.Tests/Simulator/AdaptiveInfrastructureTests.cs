using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;

namespace Stillwatch.Tests.Simulator;

/// <summary>What a campaign does to accounts, cards, addresses and times happens, and nothing else does.</summary>
public sealed class AdaptiveInfrastructureTests
{
    [Fact]
    public void A_residential_account_has_one_address_for_ever_and_shares_ranges_as_customers_do()
    {
        var (plain, home) = (Twin.Plain(), Twin.With("residential: true"));
        var addresses = home.Sent.GroupBy(item => item.Exchange.Account).ToDictionary(group => group.Key, group => group.Select(item => item.Exchange.Client!.Ip!).Distinct().ToList());
        Assert.All(addresses.Values, list => Assert.Single(list));
        double SharedRanges(IEnumerable<string> ips)
        {
            var list = ips.Select(Twin.Prefix).ToList();
            return 1 - ((double)list.Distinct().Count() / list.Count);
        }

        // Customers' first addresses are drawn from the same ranges by the same law.
        var customers = home.Others.Where(item => item.Exchange.Client!.Asn is >= 64600 and < 64700).GroupBy(item => item.Exchange.Account)
            .Select(group => group.First().Exchange.Client!.Ip!).Take(80).ToList();
        Assert.True(SharedRanges(addresses.Values.Select(list => list[0])) <= SharedRanges(customers) + 0.12);
        var pools = plain.Sent.Select(item => Twin.Prefix(item.Exchange.Client!.Ip!)).Distinct().Count();
        Assert.True(addresses.Values.Select(list => Twin.Prefix(list[0])).Distinct().Count() > 2 * pools);
        Same(plain, home, record => record with { SignupIp = null });
        Assert.Equal(plain.Times.Select(item => item.Times.Count), home.Times.Select(item => item.Times.Count));
    }

    [Fact]
    public void Low_and_slow_means_twenty_five_in_any_twenty_four_hours()
    {
        var slow = Twin.With("daily_cap: 25");
        Assert.All(slow.Times, item =>
        {
            for (var first = 0; first + 25 < item.Times.Count; first++)
            {
                Assert.True(item.Times[first + 25] - item.Times[first] >= TimeSpan.FromHours(24));
            }
        });
        Assert.Contains(slow.Times, item => item.Times.Count > 25);
        Same(Twin.Plain(), slow, record => record);
    }

    [Fact]
    public void Jitter_makes_sessions_of_people_out_of_a_queue_that_never_rests()
    {
        double Hours(Twin twin) => twin.Times.Average(item => item.Times.Select(time => (int)(time - twin.Scenario.Start).TotalHours).Distinct().Count() / (double)item.Times.Count);
        var (plain, jitter) = (Twin.Plain("even_ratio: 1"), Twin.With("jitter_minutes: 4", "even_ratio: 1"));
        Assert.True(Hours(jitter) < 0.65 * Hours(plain), $"hours with a call per exchange: {Hours(plain):f2} plain, {Hours(jitter):f2} jittered");
        Assert.InRange((double)jitter.Sent.Count / plain.Sent.Count, 0.9, 1.02);
        Same(plain, jitter, record => record);
    }

    [Fact]
    public void A_churned_account_lives_its_hours_and_its_heir_takes_its_place_and_card()
    {
        var churn = Twin.With("churn_hours: 12", accounts: 120);
        Assert.InRange(churn.Members.Count(), 100, 120);
        Assert.All(churn.Times, item => Assert.True(item.Times[^1] - item.Times[0] <= TimeSpan.FromHours(13.2), item.Account));
        var heirs = churn.Members.Where(record => record.Created >= churn.Scenario.Start.AddHours(6)).ToList();
        Assert.InRange(heirs.Count, 60, 100);
        Assert.All(heirs, heir => Assert.True(churn.Times.First(item => item.Account == heir.Account).Times[0] > heir.Created));
        var paid = heirs.Where(record => record.Payment is not null).ToList();
        Assert.True(paid.Count > 30);
        Assert.All(paid, heir => Assert.True(churn.Members.Count(record => record.Payment == heir.Payment) >= 3, "the card of a seat pays for each of its lives"));
        // A seat goes on in the task list where the account before it stopped.
        var texts = churn.Sent.Where(item => item.Label == ExchangeLabel.Harvest && item.Exchange.Request.Messages.Count == 1).Select(item => Twin.Text(item)).ToList();
        Assert.True(texts.Distinct().Count() >= texts.Count / 8);
    }

    [Fact]
    public void A_rented_key_is_an_aged_verified_customers_who_goes_on_talking()
    {
        var rented = Twin.With("rented_ratio: 1");
        Assert.All(rented.Members, record =>
        {
            Assert.True(record.Created < rented.Scenario.Start.AddDays(-59));
            Assert.True(record.Verification >= VerificationLevel.Payment);
            Assert.Equal(1, rented.Accounts.Values.Count(other => other.Payment == record.Payment));
            Assert.True(rented.Truth[record.Account] is { Malicious: true, Class: "campaign:twin" });
        });
        var both = rented.Sent.GroupBy(item => item.Exchange.Account).Select(group => (Own: group.Count(item => item.Label == ExchangeLabel.Cover), Harvest: group.Count(item => item.Label == ExchangeLabel.Harvest))).ToList();
        Assert.True(both.Count(item => item is { Own: > 0, Harvest: > 0 }) > 70);
        Assert.All(both, item => Assert.True(item.Harvest > 0));
        Assert.InRange(rented.Share(ExchangeLabel.Cover), 0.15, 0.5);
        // Half of them rented: the others are as they were.
        var (half, plain) = (Twin.With("rented_ratio: 0.5"), Twin.Plain());
        Assert.InRange(half.Members.Count(record => record.Created < half.Scenario.Start.AddDays(-59)), 40, 60);
        Assert.Equal(plain.Members.Count(), half.Members.Count());
    }

    [Fact]
    public void Own_cards_devices_and_sign_ups_are_each_one_change()
    {
        var plain = Twin.Plain();
        int Sharing(Twin twin, Func<AccountRecord, string?> what) => twin.Members.Where(record => what(record) is not null).GroupBy(what).Where(group => group.Count() > 1).Sum(group => group.Count());
        Assert.True(Sharing(plain, record => record.Payment) > 40 && Sharing(plain, record => record.Device) > 6);

        var card = Twin.With("own_card: true");
        Assert.Equal(0, Sharing(card, record => record.Payment));
        Assert.True(card.Members.Select(record => record.PaymentBin).Distinct().Count() > 30);
        Same(plain, card, record => record with { Payment = null, PaymentBin = null, Verification = null });

        var device = Twin.With("own_device: true");
        Assert.Equal(0, Sharing(device, record => record.Device));
        Same(plain, device, record => record with { Device = null });

        var signup = Twin.With("own_signup: true");
        int Days(Twin twin) => twin.Members.Select(record => record.Created!.Value.Date).Distinct().Count();
        Assert.True(Days(plain) < 25 && Days(signup) > 45);
        Same(plain, signup, record => record with { Created = null });
    }

    [Fact]
    public void Rings_of_one_operator_share_neither_cards_nor_words_and_are_one_campaign()
    {
        var split = Twin.With("rings: 4, own_device: true", "capabilities: [reasoning, coding, agentic, grading]; templates: 2", accounts: 120);
        Assert.Equal(120, split.Members.Count());
        Assert.Single(split.Members.Select(record => split.Truth[record.Account].Class).Distinct());
        // Accounts joined by a card or by an opening of forty letters fall into four parts or more, none with half of the accounts.
        var parts = new Dictionary<string, string>();
        string Root(string name) => parts.TryGetValue(name, out var up) && up != name ? Root(up) : name;
        void Join(string one, string other) => parts[Root(one)] = Root(other);
        foreach (var record in split.Members.Where(record => record.Payment is not null))
        {
            Join(record.Account, $"card {record.Payment}");
        }

        foreach (var item in split.Sent.Where(item => item.Label == ExchangeLabel.Harvest && item.Exchange.Request.Messages.Count == 1 && Twin.Text(item).Length > 40))
        {
            Join(item.Exchange.Account, $"text {Twin.Text(item)[..24]}");
        }

        var sizes = split.Members.CountBy(record => Root(record.Account)).Select(pair => pair.Value).OrderDescending().ToList();
        Assert.True(sizes[0] <= 60 && sizes.Take(4).Sum() >= 100, string.Join(' ', sizes));
    }

    static void Same(Twin one, Twin other, Func<AccountRecord, AccountRecord> rest)
        => Assert.Equal(one.Accounts.Values.Select(record => rest(record).ToString()).Order(StringComparer.Ordinal), other.Accounts.Values.Select(record => rest(record).ToString()).Order(StringComparer.Ordinal));
}
