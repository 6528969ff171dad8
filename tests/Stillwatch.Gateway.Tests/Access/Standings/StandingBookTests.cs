using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Access.Standings;

public sealed class StandingBookTests
{
    readonly StandingBook _book = new();

    [Fact]
    public void The_level_is_the_higher_of_the_accounts_and_its_organizations()
    {
        _book.Set(new OrganizationRecord { Organization = "o", Verification = VerificationLevel.Payment });
        _book.Set(new AccountRecord { Account = "low", Organization = "o", Verification = VerificationLevel.Contact });
        _book.Set(new AccountRecord { Account = "high", Organization = "o", Verification = VerificationLevel.Person });
        _book.Set(new AccountRecord { Account = "alone" });
        Assert.Equal(VerificationLevel.Payment, _book.Of("low", null).Level);
        Assert.Equal(VerificationLevel.Person, _book.Of("high", null).Level);
        Assert.Equal(VerificationLevel.None, _book.Of("alone", null).Level);
    }

    [Fact]
    public void An_organizations_change_reaches_all_its_accounts_up_and_down()
    {
        for (var i = 0; i < 1000; i++)
        {
            _book.Set(new AccountRecord { Account = $"a{i}", Organization = i % 2 == 0 ? "o" : "p" });
        }

        foreach (var level in (VerificationLevel[])[VerificationLevel.Organization, VerificationLevel.Contact])
        {
            _book.Set(new OrganizationRecord { Organization = "o", Verification = level });
            Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(i % 2 == 0 ? level : VerificationLevel.None, _book.Of($"a{i}", null).Level));
        }

        Assert.Equal(500, _book.MembersOf("o"));
        _book.Set(new AccountRecord { Account = "a0", Organization = "p" });
        Assert.Equal((VerificationLevel.None, 499, 501), (_book.Of("a0", null).Level, _book.MembersOf("o"), _book.MembersOf("p")));
    }

    [Fact]
    public void The_keys_organization_counts_only_where_no_record_names_one()
    {
        _book.Set(new OrganizationRecord { Organization = "recorded", Verification = VerificationLevel.Contact });
        _book.Set(new OrganizationRecord { Organization = "of-the-key", Verification = VerificationLevel.Organization });
        _book.Set(new AccountRecord { Account = "a", Organization = "recorded" });
        _book.Set(new AccountRecord { Account = "b", Verification = VerificationLevel.Person });
        Assert.Equal(("recorded", VerificationLevel.Contact), Seen("a", "of-the-key"));
        Assert.Equal(("of-the-key", VerificationLevel.Organization), Seen("b", "of-the-key"));
        Assert.Equal(("of-the-key", VerificationLevel.Organization), Seen("unrecorded", "of-the-key"));
        Assert.Equal((null, VerificationLevel.Person), Seen("b", "unheard-of"));

        _book.Set(new OrganizationRecord { Organization = "of-the-key", Verification = VerificationLevel.None });
        Assert.Equal(("of-the-key", VerificationLevel.Person), Seen("b", "of-the-key"));
        _book.Set(new AccountRecord { Account = "b", Verification = VerificationLevel.None });
        Assert.Equal(("of-the-key", VerificationLevel.None), Seen("b", "of-the-key"));
        _book.Set(new AccountRecord { Account = "b", Organization = "recorded" });
        Assert.Equal(("recorded", VerificationLevel.Contact), Seen("b", "of-the-key"));
    }

    [Fact]
    public void Made_up_names_share_one_standing_and_take_no_memory()
    {
        Assert.Same(_book.Of("nobody", null), _book.Of("nobody-else", "nothing"));
        Assert.Equal((VerificationLevel.None, false, 0), (_book.Of("nobody", null).Level, _book.Of("nobody", null).IsClosed, _book.Count));
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("active", false)]
    [InlineData("suspended", true)]
    [InlineData("closed", true)]
    [InlineData("a word we do not know", true)]
    public void Every_status_but_active_is_closed(string? status, bool isClosed)
    {
        _book.Set(new AccountRecord { Account = "a", Status = status });
        Assert.Equal(isClosed, _book.Of("a", null).IsClosed);
    }

    [Fact]
    public void A_lookup_allocates_nothing()
    {
        _book.Set(new OrganizationRecord { Organization = "o", Verification = VerificationLevel.Payment });
        _book.Set(new AccountRecord { Account = "a", Organization = "o" });
        _book.Set(new AccountRecord { Account = "b" });
        var gate = new LevelGate();
        var policy = new LevelPolicy { Rules = [new("r", GatedFeature.Models, ["big-*"], ["startup"], VerificationLevel.Person, RuleMode.Enforce)] };
        for (var i = 0; i < 100; i++)
        {
            Look();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Look();
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Look()
        {
            gate.Check(policy, _book.Of("a", null), GatedFeature.Models, "big-1", null);
            _book.Of("b", "o");
            _book.Of("nobody", "o");
            _book.Of("nobody", null);
        }
    }

    [Fact]
    public void Region_rules_are_asked_for_the_account_its_owners_accounts_and_at_a_recheck()
    {
        var blocked = "XX";
        var graph = new Dictionary<string, OrganizationRecord>();
        // Whether an owner, at whatever remove, sits in the blocked country: what the real rule asks, in short.
        bool IsOwned(string? organization) => organization is not null && graph.TryGetValue(organization, out var o)
            && (o.Country == blocked || o.Owners.Any(owner => IsOwned(owner.Owner)));
        var book = new StandingBook((account, organization) =>
            IsOwned(organization?.Organization) ? new RegionDecision("r", "code", RegionFact.OwnerCountry, "owned", RuleMode.Enforce) : null);
        book.OrganizationChanged += record => graph[record.Organization] = record;
        book.Set(new AccountRecord { Account = "a", Organization = "child" });
        book.Set(new OrganizationRecord { Organization = "child", Owners = [new("mother", null, 1)] });
        book.Set(new OrganizationRecord { Organization = "mother", Owners = [new("grandmother", null, 1)] });
        Assert.Null(book.Of("a", null).Region);
        book.Set(new OrganizationRecord { Organization = "grandmother", Country = "YY" });
        Assert.Null(book.Of("a", null).Region);
        book.Set(new OrganizationRecord { Organization = "grandmother", Country = "XX" });
        Assert.NotNull(book.Of("a", null).Region);
        Assert.NotNull(book.Of("unrecorded", "child").Region);
        blocked = "ZZ";
        Assert.NotNull(book.Of("a", null).Region);
        book.Recheck();
        Assert.Null(book.Of("a", null).Region);
        Assert.Null(book.Of("unrecorded", "child").Region);
    }

    [Fact]
    public void Owners_in_a_circle_end()
    {
        _book.Set(new OrganizationRecord { Organization = "x", Owners = [new("y", null, 0.6)] });
        _book.Set(new OrganizationRecord { Organization = "y", Owners = [new("x", null, 0.6), new("y", null, 0.1)] });
        _book.Set(new AccountRecord { Account = "a", Organization = "x" });
        _book.Set(new OrganizationRecord { Organization = "y", Verification = VerificationLevel.Person });
        Assert.Equal(VerificationLevel.None, _book.Of("a", null).Level); // a level is not inherited from owners
    }

    [Fact]
    public async Task Readers_beside_writers_see_whole_standings_and_at_the_end_the_last()
    {
        _book.Set(new OrganizationRecord { Organization = "o" });
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 3).Select(_ => Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                // Level, record and organization always belong together.
                foreach (var standing in (Standing[])[_book.Of("a", null), _book.Of("b", "o"), _book.Of("nobody", "o")])
                {
                    var own = standing.Account.Verification ?? VerificationLevel.None;
                    var group = standing.Organization?.Verification ?? VerificationLevel.None;
                    Assert.Equal(own > group ? own : group, standing.Level);
                }
            }
        })).ToArray();
        var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(() =>
        {
            for (var i = 0; i < 5000; i++)
            {
                var level = (VerificationLevel)(i % 5);
                _book.Set(new AccountRecord { Account = writer == 0 ? "a" : "b", Organization = writer == 0 ? "o" : null, Verification = level });
                _book.Set(new OrganizationRecord { Organization = "o", Verification = level });
            }
        })).ToArray();
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        await Task.WhenAll(readers);
        _book.Set(new OrganizationRecord { Organization = "o", Verification = VerificationLevel.None });
        _book.Set(new AccountRecord { Account = "b", Verification = VerificationLevel.Contact });
        Assert.Equal(VerificationLevel.Contact, _book.Of("b", "o").Level);
        Assert.Equal(VerificationLevel.None, _book.Of("nobody", "o").Level);
    }

    (string?, VerificationLevel) Seen(string account, string organization) =>
        _book.Of(account, organization) is var standing ? (standing.Organization?.Organization, standing.Level) : default;
}
