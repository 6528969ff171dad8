using Stillwatch.Storage.Ownership;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class OwnershipStoreTests
{
    static readonly OwnedItem Batch = new()
    {
        Kind = OwnedKind.Batch,
        Id = "b_1",
        Account = "acct_anna",
        KeyId = "key_1",
        Origin = "req_1",
        Upstream = "first",
        CreatedMs = 1000,
        Models = "[]",
    };

    [Fact]
    public void A_thing_is_found_by_its_account_alone_and_after_a_restart()
    {
        using var directory = new TemporaryDirectory();
        using (var store = Open(directory))
        {
            Assert.True(store.TryAdd(Batch, 0));
            store.Settle(store.Find(OwnedKind.Batch, "b_1", "acct_anna")!, 7);
            store.Settle(store.Find(OwnedKind.Batch, "b_1", "acct_anna")!, 5);
        }

        using var again = Open(directory);
        Assert.Equal(Batch with { SettledLines = 7, Sequence = 1 }, again.Find(OwnedKind.Batch, "b_1", "acct_anna"));
        Assert.Null(again.Find(OwnedKind.Batch, "b_1", "acct_bert"));
        Assert.Null(again.Find(OwnedKind.File, "b_1", "acct_anna"));
        Assert.Equal((1, 0), (again.Count(OwnedKind.Batch, "acct_anna"), again.Count(OwnedKind.Batch, "acct_bert")));
    }

    [Fact]
    public void An_id_another_upstream_has_issued_stays_that_ones()
    {
        using var directory = new TemporaryDirectory();
        using var store = Open(directory);
        Assert.True(store.TryAdd(Batch, 0));
        Assert.False(store.TryAdd(Batch with { Upstream = "second", Account = "acct_bert" }, 0));
        Assert.NotNull(store.Find(OwnedKind.Batch, "b_1", "acct_anna"));
    }

    [Fact]
    public void An_id_the_same_upstream_issues_again_belongs_to_the_new_maker()
    {
        using var directory = new TemporaryDirectory();
        using var store = Open(directory);
        Assert.True(store.TryAdd(Batch, 0));
        Assert.True(store.TryAdd(Batch with { Account = "acct_bert" }, 0));
        Assert.Null(store.Find(OwnedKind.Batch, "b_1", "acct_anna"));
        Assert.NotNull(store.Find(OwnedKind.Batch, "b_1", "acct_bert"));
    }

    [Fact]
    public void Old_things_of_one_kind_go_and_others_stay()
    {
        using var directory = new TemporaryDirectory();
        using var store = Open(directory);
        store.TryAdd(Batch, 0);
        store.TryAdd(Batch with { Kind = OwnedKind.File }, 0);
        store.TryAdd(Batch with { Id = "b_2", CreatedMs = 3000 }, pruneBeforeMs: 2000);
        Assert.Null(store.Find(OwnedKind.Batch, "b_1", "acct_anna"));
        Assert.NotNull(store.Find(OwnedKind.File, "b_1", "acct_anna"));
        Assert.Equal(["b_2"], store.Older(OwnedKind.Batch, "acct_anna", long.MaxValue, 10).Select(item => item.Id));
    }

    static OwnershipStore Open(TemporaryDirectory directory) => OwnershipStore.Open(Path.Combine(Directory.CreateDirectory(directory.Path).FullName, "ownership.db"));
}
