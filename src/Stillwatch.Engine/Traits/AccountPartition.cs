using System.Runtime.CompilerServices;
using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>The accounts of one partition. Which partition an account falls in depends on its name alone, so shards can own any number of them.</summary>
/// <remarks>
/// Where accounts and their samples come to more than their bytes, every account's sample shrinks by a quarter, down to <see cref="MinSample"/>; then new
/// accounts find no room. A smaller sample is a part of the larger one, and as uniform. When that happens hangs on the partition's exchanges and on the
/// budget alone. Not thread-safe: one shard at a time.
/// </remarks>
internal sealed class AccountPartition(AccountDirectory directory, long maxBytes)
{
    /// <summary>Exchanges kept of one account: at first, and at least.</summary>
    public const int MaxSample = 64;
    public const int MinSample = 8;

    /// <summary>What an account takes without its sample, bytes: state, lists, index, its record and its place in the population; measured.</summary>
    public const int AccountBytes = 1_000;

    const int Ahead = 16;

    long _sampleSlots;
    ulong _touched; // says nothing; it keeps the reads that warm the cache from being optimised away
    readonly KeyIndex _index = new();
    readonly List<AccountState> _accounts = [];
    readonly Stack<Kept> _kept = [];

    /// <summary>In order of first appearance.</summary>
    public IReadOnlyList<AccountState> Accounts => _accounts;

    /// <summary>Exchanges of accounts that found no room.</summary>
    public long Dropped { get; private set; }

    /// <summary>Exchanges kept of one account now.</summary>
    public int SampleSize { get; private set; } = MaxSample;

    /// <summary>What the accounts are charged.</summary>
    public long Bytes => (_accounts.Count * (long)AccountBytes) + (_sampleSlots * Unsafe.SizeOf<AccountDigest>());

    /// <summary>Takes some of a block's exchanges in, in their order; the actor of each goes to its place in <paramref name="actors"/>.</summary>
    /// <param name="own">Their places in <paramref name="block"/>.</param>
    public void Add(ReadOnlySpan<ExchangeSketch> block, ReadOnlySpan<int> own, List<Sighting> sightings, Span<ulong> actors)
    {
        // As in TraitPartition: some at a time, so that the waits for memory lie side by side.
        Span<int> rows = stackalloc int[Ahead];
        while (!own.IsEmpty)
        {
            var now = own[..Math.Min(Ahead, own.Length)];
            var touched = _touched;
            foreach (var i in now)
            {
                touched ^= _index.Touch(block[i].Account);
            }

            for (var n = 0; n < now.Length; n++)
            {
                rows[n] = _index.Find(block[now[n]].Account);
            }

            for (var n = 0; n < now.Length; n++)
            {
                touched ^= rows[n] >= 0 ? _accounts[rows[n]].Touch() : 0;
            }

            _touched = touched;
            for (var n = 0; n < now.Length; n++)
            {
                // One that was not there may have come since; rows stay.
                ref readonly var sketch = ref block[now[n]];
                var account = Add(sketch, rows[n] >= 0 ? rows[n] : _index.Find(sketch.Account), sightings);
                var stated = AccountState.OrganizationOf(account is null ? directory[sketch.Account] : account.Facts, sketch.Organization);
                actors[now[n]] = stated == 0 ? sketch.Account : stated;
            }

            own = own[now.Length..];
        }
    }

    /// <summary>Takes an exchange in; adds the account's identity traits to <paramref name="sightings"/> when it is its first. Null when it found no room.</summary>
    public AccountState? Add(in ExchangeSketch sketch, List<Sighting> sightings) => Add(sketch, _index.Find(sketch.Account), sightings);

    AccountState? Add(in ExchangeSketch sketch, int row, List<Sighting> sightings)
    {
        if (row < 0)
        {
            if (SampleSize == MinSample && Bytes > maxBytes)
            {
                Dropped++;
                return null;
            }

            var account = new AccountState(sketch.Account, sketch.Organization, directory[sketch.Account]);
            row = _index.Add(sketch.Account);
            _accounts.Add(account);
            IdentityTraits.Sight(account, sightings);
        }

        var known = _accounts[row];
        _sampleSlots -= known.SampleSlots(SampleSize);
        known.Add(sketch, SampleSize);
        _sampleSlots += known.SampleSlots(SampleSize);
        while (SampleSize > MinSample && Bytes > maxBytes)
        {
            Shrink();
        }

        return known;
    }

    void Shrink()
    {
        SampleSize = Math.Max(MinSample, SampleSize * 3 / 4);
        _sampleSlots = 0;
        var kept = _kept.Count > 0 ? _kept.Peek() : null;
        for (var i = 0; i < _accounts.Count; i++)
        {
            var account = _accounts[i];
            if (kept is not null && account.Sampled.Digests.Length > SampleSize)
            {
                kept.Samples.TryAdd(i, account.Sampled); // out of use from here on, so it stays as it is
            }

            account.Shrink(SampleSize);
            _sampleSlots += account.SampleSlots(SampleSize);
        }
    }

    public AccountState? Find(ulong account) => _index.Find(account) is >= 0 and var row ? _accounts[row] : null;

    /// <summary>Notes what exchanges of these accounts will change, so that <see cref="TakeBack"/> can undo it.</summary>
    public void Keep(IReadOnlySet<ulong> names)
    {
        var kept = new Kept(_accounts.Count, Dropped, SampleSize, _sampleSlots, [.. names.Where(name => _index.Find(name) >= 0)], new MemoryStream());
        using var writer = new BinaryWriter(kept.Written, Encoding.UTF8, leaveOpen: true);
        foreach (var name in kept.Names)
        {
            _accounts[_index.Find(name)].Write(writer);
        }

        _kept.Push(kept);
    }

    /// <summary>Undoes everything since the first note, and forgets the notes.</summary>
    public void TakeBack()
    {
        while (_kept.TryPop(out var kept))
        {
            for (var i = _accounts.Count - 1; i >= kept.Count; i--)
            {
                _index.RemoveLast(_accounts[i].Name);
                _accounts.RemoveAt(i);
            }

            (Dropped, SampleSize, _sampleSlots) = (kept.Dropped, kept.SampleSize, kept.SampleSlots);
            foreach (var (i, sample) in kept.Samples.Where(s => s.Key < kept.Count))
            {
                _accounts[i].Sampled = sample;
            }

            kept.Written.Position = 0;
            using var reader = new BinaryReader(kept.Written);
            foreach (var name in kept.Names)
            {
                _accounts[_index.Find(name)].PutBack(reader, SampleSize);
            }
        }
    }

    public void Write(BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.Write(SampleSize);
        writer.Write(_accounts.Count);
        foreach (var account in _accounts)
        {
            account.Write(writer);
        }
    }

    public void Read(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        SampleSize = reader.ReadInt32();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var account = AccountState.Read(reader, directory, SampleSize);
            _sampleSlots += account.SampleSlots(SampleSize);
            _index.Add(account.Name);
            _accounts.Add(account);
        }
    }

    /// <param name="Names">Accounts that were there and may change.</param>
    /// <param name="Written">What they were, as a snapshot has it.</param>
    sealed record Kept(int Count, long Dropped, int SampleSize, long SampleSlots, ulong[] Names, MemoryStream Written)
    {
        /// <summary>Samples that shrank, by the account's place, from before the first time.</summary>
        public Dictionary<int, (AccountDigest[] Digests, int Count, int Largest)> Samples { get; } = [];
    }
}

/// <summary>(account, trait, time): the message account shards send to trait shards. The time is the epoch's.</summary>
internal readonly record struct Sighting(TraitKey Trait, ulong Account);
