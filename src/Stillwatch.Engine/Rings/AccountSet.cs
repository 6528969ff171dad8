using System.Numerics;

namespace Stillwatch.Engine.Rings;

/// <summary>Accounts by their place in the population, a bit each: asked millions of times a judgement, and listed ascending without sorting.</summary>
/// <remarks>Not thread-safe while it is filled; afterwards any number of threads may ask.</remarks>
internal sealed class AccountSet(int population)
{
    readonly ulong[] _bits = new ulong[(population + 63) / 64];

    public int Count { get; private set; }

    public bool Contains(int account) => (_bits[account >> 6] & (1UL << account)) != 0;

    public void Add(int account)
    {
        ref var bits = ref _bits[account >> 6];
        var bit = 1UL << account;
        Count += (bits & bit) == 0 ? 1 : 0;
        bits |= bit;
    }

    public void Add(ReadOnlySpan<int> accounts)
    {
        foreach (var account in accounts)
        {
            Add(account);
        }
    }

    public void Add(IReadOnlyList<int> accounts)
    {
        for (var i = 0; i < accounts.Count; i++)
        {
            Add(accounts[i]);
        }
    }

    /// <summary>How many of these, each named once, are in it.</summary>
    public int Common(ReadOnlySpan<int> accounts)
    {
        var common = 0;
        foreach (var account in accounts)
        {
            common += Contains(account) ? 1 : 0;
        }

        return common;
    }

    /// <summary>Ascending.</summary>
    public int[] ToArray()
    {
        var accounts = new int[Count];
        for (int word = 0, at = 0; word < _bits.Length; word++)
        {
            for (var bits = _bits[word]; bits != 0; bits &= bits - 1)
            {
                accounts[at++] = (word << 6) + BitOperations.TrailingZeroCount(bits);
            }
        }

        return accounts;
    }
}
