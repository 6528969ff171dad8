using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Traits;

/// <summary>A trait that at least two accounts showed: how many, which (a bottom-k sample), how often.</summary>
/// <remarks>
/// The sample keeps the <see cref="SampleSize"/> smallest account names. Names are keyed hashes, so that is a uniform sample, equal samples
/// mean equal account sets, and the largest kept name estimates the number of accounts (k-minimum-values, Bar-Yossef et al. 2002;
/// relative error about 1/sqrt(k-2) = 9 %). Up to k accounts everything is exact. Most traits have few accounts: those lie in the object.
/// </remarks>
public sealed class TraitState(TraitKey key)
{
    public const int SampleSize = 128;

    /// <summary>What a trait takes with few accounts, bytes: the object, its line in the list and in the index.</summary>
    internal const int LeastBytes = 96 + 8 + 32;

    const int Few = 4;
    const int ArrayBytes = 24;

    ulong[]? _accounts;
    ushort[]? _counts;
    FewAccounts _fewAccounts;
    FewCounts _fewCounts;
    int _used;

    public TraitKey Key { get; } = key;

    public long Sightings { get; private set; }

    /// <summary>Sampled account names, ascending.</summary>
    public ReadOnlySpan<ulong> Accounts => AllAccounts[.._used];

    /// <summary>How often each sampled account showed it, in the order of <see cref="Accounts"/>; at most 65,535.</summary>
    public ReadOnlySpan<ushort> Counts => AllCounts[.._used];

    /// <summary>Estimated number of accounts that showed it; exact up to <see cref="SampleSize"/>.</summary>
    public double AccountCount =>
        _used < SampleSize ? _used : (SampleSize - 1) / (Accounts[_used - 1] / (double)ulong.MaxValue);

    /// <summary>Whether it was sighted since somebody last put this out.</summary>
    internal bool IsFresh { get; set; } = true;

    /// <summary>What it takes in memory.</summary>
    internal int Bytes => LeastBytes + (_accounts is null ? 0 : (2 * ArrayBytes) + (_accounts.Length * (sizeof(ulong) + sizeof(ushort))));

    Span<ulong> AllAccounts => _accounts ?? MemoryMarshal.CreateSpan(ref Unsafe.As<FewAccounts, ulong>(ref _fewAccounts), Few);

    Span<ushort> AllCounts => _counts ?? MemoryMarshal.CreateSpan(ref Unsafe.As<FewCounts, ushort>(ref _fewCounts), Few);

    public void Sight(ulong account)
    {
        Sightings++;
        IsFresh = true;
        var accounts = Accounts;
        if (_used == SampleSize && account > accounts[^1])
        {
            return;
        }

        var at = PlaceOf(accounts, account);
        if (at < accounts.Length && accounts[at] == account)
        {
            ref var count = ref AllCounts[at];
            count = (ushort)Math.Min(ushort.MaxValue, count + 1);
            return;
        }

        Insert(at, account);
    }

    /// <summary>The first place whose account is not smaller. Without a branch to guess wrong: names are random.</summary>
    static int PlaceOf(ReadOnlySpan<ulong> accounts, ulong account)
    {
        var from = 0;
        for (var left = accounts.Length; left > 0;)
        {
            var half = (left + 1) / 2;
            from += accounts[from + half - 1] < account ? half : 0;
            left -= half;
        }

        return from;
    }

    /// <summary>Reads what <see cref="Sight"/> will read, so that it need not wait for memory. The value says nothing.</summary>
    internal ulong Touch() => (ulong)_used + (_accounts is { } accounts ? accounts[_used / 2] + accounts[_used - 1] : 0);

    void Insert(int at, ulong account)
    {
        if (_used == SampleSize)
        {
            _used--;
        }
        else if (_used == AllAccounts.Length)
        {
            var (more, moreCounts) = (new ulong[_used * 2], new ushort[_used * 2]);
            Accounts.CopyTo(more);
            Counts.CopyTo(moreCounts);
            (_accounts, _counts) = (more, moreCounts);
        }

        var accounts = AllAccounts;
        var counts = AllCounts;
        accounts[at.._used].CopyTo(accounts[(at + 1)..]);
        counts[at.._used].CopyTo(counts[(at + 1)..]);
        accounts[at] = account;
        counts[at] = 1;
        _used++;
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write(Key.Value);
        writer.Write(Sightings);
        writer.Write(IsFresh);
        writer.WriteAll(Accounts);
        writer.WriteAll(Counts);
    }

    internal static TraitState Read(BinaryReader reader)
    {
        var state = new TraitState(new TraitKey(reader.ReadUInt64()));
        state.Fill(reader);
        return state;
    }

    /// <summary>Puts the trait back to what was written of it.</summary>
    internal void PutBack(BinaryReader reader)
    {
        _ = reader.ReadUInt64(); // the key
        Fill(reader);
    }

    void Fill(BinaryReader reader)
    {
        (Sightings, IsFresh) = (reader.ReadInt64(), reader.ReadBoolean());
        var (accounts, counts) = (reader.ReadAll<ulong>(), reader.ReadAll<ushort>());
        _used = accounts.Length;
        (_accounts, _counts) = (null, null);
        if (accounts.Length > Few)
        {
            // As large as it would have grown, so that a restored detector takes the memory the first one took.
            var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)accounts.Length);
            (_accounts, _counts) = (new ulong[size], new ushort[size]);
        }

        accounts.CopyTo(AllAccounts);
        counts.CopyTo(AllCounts);
    }

    [InlineArray(Few)]
    struct FewAccounts
    {
        ulong _first;
    }

    [InlineArray(Few)]
    struct FewCounts
    {
        ushort _first;
    }
}
