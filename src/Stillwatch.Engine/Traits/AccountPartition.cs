using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>The accounts of one partition. Which partition an account falls in depends on its name alone, so shards can own any number of them.</summary>
/// <remarks>Not thread-safe: one shard at a time.</remarks>
internal sealed class AccountPartition(AccountDirectory directory, int sampleSize, int maxAccounts)
{
    readonly KeyIndex _index = new();
    readonly List<AccountState> _accounts = [];

    /// <summary>In order of first appearance.</summary>
    public IReadOnlyList<AccountState> Accounts => _accounts;

    /// <summary>Exchanges of accounts that found no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes an exchange in; adds the account's identity traits to <paramref name="sightings"/> when it is its first.</summary>
    public void Add(in ExchangeSketch sketch, List<Sighting> sightings)
    {
        var row = _index.Find(sketch.Account);
        if (row < 0)
        {
            if (_accounts.Count >= maxAccounts)
            {
                Dropped++;
                return;
            }

            var account = new AccountState(sketch.Account, sketch.Organization, directory[sketch.Account]);
            row = _index.Add(sketch.Account);
            _accounts.Add(account);
            IdentityTraits.Sight(account, sightings);
        }

        _accounts[row].Add(sketch, sampleSize);
    }

    public AccountState? Find(ulong account) => _index.Find(account) is >= 0 and var row ? _accounts[row] : null;

    public void Write(BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.Write(_accounts.Count);
        foreach (var account in _accounts)
        {
            account.Write(writer);
        }
    }

    public void Read(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var account = AccountState.Read(reader, directory);
            _index.Add(account.Name);
            _accounts.Add(account);
        }
    }
}

/// <summary>(account, trait, time): the message account shards send to trait shards. The time is the epoch's.</summary>
internal readonly record struct Sighting(TraitKey Trait, ulong Account);
