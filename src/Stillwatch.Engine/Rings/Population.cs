using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>All accounts seen so far in one fixed order (first exchange, then name), and which of them share a payer or a device.</summary>
/// <remarks>Grows at each judgement by the accounts that are new; after a restore the same order comes back by sorting.</remarks>
internal sealed class Population(int workers = 1)
{
    /// <summary>Accounts in a chunk, whatever the number of workers: what is added up chunk by chunk comes out the same.</summary>
    const int ChunkAccounts = 4096;

    readonly KeyIndex _byName = new();
    readonly Dictionary<ulong, List<int>> _byPayment = [];
    readonly Dictionary<ulong, List<int>> _byDevice = [];
    readonly List<AccountState> _accounts = [];

    public IReadOnlyList<AccountState> Accounts => _accounts;

    public int Count => _accounts.Count;

    public int Chunks => (Count + ChunkAccounts - 1) / ChunkAccounts;

    /// <summary>Runs <paramref name="work"/> on every chunk (its number, its first account, the first one after it), several at once.</summary>
    public void ForEachChunk(Action<int, int, int> work) => ForEachChunk(Count, work);

    /// <summary>The same for so many of anything.</summary>
    public void ForEachChunk(int count, Action<int, int, int> work) =>
        ForEach((count + ChunkAccounts - 1) / ChunkAccounts, chunk => work(chunk, chunk * ChunkAccounts, Math.Min(count, (chunk + 1) * ChunkAccounts)));

    /// <summary>Runs <paramref name="work"/> on the numbers from 0 up to, not with, <paramref name="count"/>, several at once.</summary>
    public void ForEach(int count, Action<int> work)
    {
        if (workers > 1 && count > 1)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = workers }, work);
            return;
        }

        for (var i = 0; i < count; i++)
        {
            work(i);
        }
    }

    /// <summary>Starts work that goes on beside the caller's; with one worker it is done first.</summary>
    public Task<T> Beside<T>(Func<T> work) => workers > 1 ? Task.Run(work) : Task.FromResult(work());

    public int IndexOf(ulong name) => _byName.Find(name);

    /// <summary>Where two accounts stand that were both seen and are different actors'; else null.</summary>
    public (int A, int B)? Strangers(ulong a, ulong b) =>
        IndexOf(a) is >= 0 and var i && IndexOf(b) is >= 0 and var j && _accounts[i].Actor != _accounts[j].Actor ? (i, j) : null;

    /// <summary>Payment tokens with the accounts that use them.</summary>
    public IReadOnlyDictionary<ulong, List<int>> Payments => _byPayment;

    public IReadOnlyDictionary<ulong, List<int>> Devices => _byDevice;

    public void Take(IEnumerable<AccountPartition> partitions)
    {
        var fresh = new List<AccountState>();
        foreach (var partition in partitions)
        {
            for (var i = partition.Accounts.Count - 1; i >= 0 && _byName.Find(partition.Accounts[i].Name) < 0; i--)
            {
                fresh.Add(partition.Accounts[i]);
            }
        }

        foreach (var account in fresh.OrderBy(a => a.FirstMs).ThenBy(a => a.Name))
        {
            var index = _byName.Add(account.Name);
            _accounts.Add(account);
            if (account.Facts is { } facts)
            {
                Index(_byPayment, facts.Payment, index);
                Index(_byDevice, facts.Device, index);
            }
        }
    }

    /// <summary>Forgets the accounts beyond the first <paramref name="count"/>: those of epochs that were tried and taken back.</summary>
    public void Truncate(int count)
    {
        for (var index = _accounts.Count - 1; index >= count; index--)
        {
            _byName.RemoveLast(_accounts[index].Name);
            if (_accounts[index].Facts is { } facts)
            {
                Move(_byPayment, facts.Payment, 0, index);
                Move(_byDevice, facts.Device, 0, index);
            }
        }

        _accounts.RemoveRange(count, _accounts.Count - count);
    }

    /// <summary>An account of which it is now known that it pays, or signed up, with something else.</summary>
    public void Relearn(ulong account, AccountFacts? before, AccountFacts after)
    {
        if (IndexOf(account) is >= 0 and var index)
        {
            Move(_byPayment, before?.Payment ?? 0, after.Payment, index);
            Move(_byDevice, before?.Device ?? 0, after.Device, index);
        }
    }

    /// <summary>Whether another actor uses the account's payment token or device.</summary>
    public bool SharesIdentity(int account)
    {
        var facts = _accounts[account].Facts;
        return facts is not null && (OtherActor(_byPayment, facts.Payment, account) || OtherActor(_byDevice, facts.Device, account));
    }

    /// <summary>How many different actors are among <paramref name="accounts"/>.</summary>
    public int Actors(IEnumerable<int> accounts) => accounts.Select(a => _accounts[a].Actor).Distinct().Count();

    /// <summary>Whether so many different actors are among <paramref name="accounts"/>: asked of thousands, and mostly answered by the first few.</summary>
    public bool HasActors(IEnumerable<int> accounts, int least) => accounts.Select(a => _accounts[a].Actor).Distinct().Skip(least - 1).Any();

    bool OtherActor(Dictionary<ulong, List<int>> index, ulong value, int account)
    {
        if (value == 0)
        {
            return false;
        }

        var actor = _accounts[account].Actor;
        foreach (var other in index[value])
        {
            if (_accounts[other].Actor != actor)
            {
                return true;
            }
        }

        return false;
    }

    static void Move(Dictionary<ulong, List<int>> index, ulong from, ulong to, int account)
    {
        if (from == to)
        {
            return;
        }

        if (from != 0 && index[from].Remove(account) && index[from].Count == 0)
        {
            index.Remove(from);
        }

        Index(index, to, account);
        if (to != 0)
        {
            index[to].Sort(); // lists are ascending, whenever an account came to them
        }
    }

    static void Index(Dictionary<ulong, List<int>> index, ulong value, int account)
    {
        if (value == 0)
        {
            return;
        }

        if (!index.TryGetValue(value, out var list))
        {
            index[value] = list = [];
        }

        list.Add(account);
    }
}
