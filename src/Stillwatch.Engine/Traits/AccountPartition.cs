using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>The accounts of one partition. Which partition an account falls in depends on its name alone, so shards can own any number of them.</summary>
/// <remarks>Not thread-safe: one shard at a time.</remarks>
internal sealed class AccountPartition(AccountDirectory directory, int sampleSize, int maxAccounts)
{
    readonly Dictionary<ulong, AccountState> _byName = [];
    readonly List<AccountState> _accounts = [];

    /// <summary>In order of first appearance.</summary>
    public IReadOnlyList<AccountState> Accounts => _accounts;

    /// <summary>Exchanges of accounts that found no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Takes an exchange in; adds the account's identity traits to <paramref name="sightings"/> when it is its first.</summary>
    public void Add(in ExchangeSketch sketch, List<Sighting> sightings)
    {
        if (!_byName.TryGetValue(sketch.Account, out var account))
        {
            if (_accounts.Count >= maxAccounts)
            {
                Dropped++;
                return;
            }

            account = new AccountState(sketch.Account, sketch.Organization, directory[sketch.Account]);
            _byName.Add(sketch.Account, account);
            _accounts.Add(account);
            IdentityTraits.Sight(account, sightings);
        }

        account.Add(sketch, sampleSize);
    }

    public AccountState? Find(ulong account) => _byName.GetValueOrDefault(account);

    /// <summary>Writes what <see cref="PutBack"/> needs to undo what exchanges of these accounts will do.</summary>
    public void Keep(IReadOnlySet<ulong> names, BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.Write(_accounts.Count);
        var known = names.Where(_byName.ContainsKey).ToArray();
        writer.WriteAll<ulong>(known);
        foreach (var name in known)
        {
            _byName[name].Write(writer);
        }
    }

    public void PutBack(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        var count = reader.ReadInt32();
        _accounts.Skip(count).ToList().ForEach(account => _byName.Remove(account.Name));
        _accounts.RemoveRange(count, _accounts.Count - count);
        foreach (var name in reader.ReadAll<ulong>())
        {
            _byName[name].PutBack(reader);
        }
    }

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
            _byName.Add(account.Name, account);
            _accounts.Add(account);
        }
    }
}

/// <summary>(account, trait, time): the message account shards send to trait shards. The time is the epoch's.</summary>
internal readonly record struct Sighting(TraitKey Trait, ulong Account);
