using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Rings;

/// <summary>Which accounts show a value, one array for all of them.</summary>
internal sealed class AccountIndex<T> where T : notnull
{
    readonly Dictionary<T, int> _numbers;
    readonly int[] _ends;
    readonly int[] _accounts;

    AccountIndex(Dictionary<T, int> numbers, int[] ends, int[] accounts) => (_numbers, _ends, _accounts) = (numbers, ends, accounts);

    /// <summary>Different values.</summary>
    public int Values => _numbers.Count;

    /// <summary>The accounts with a value, ascending.</summary>
    public ReadOnlySpan<int> this[T value]
    {
        get
        {
            if (!_numbers.TryGetValue(value, out var number))
            {
                return [];
            }

            var start = number == 0 ? 0 : _ends[number - 1];
            return _accounts.AsSpan(start, _ends[number] - start);
        }
    }

    /// <summary>Takes pairs in ascending order of accounts; a pair must come once only.</summary>
    public sealed class Builder(int expected)
    {
        readonly Dictionary<T, int> _numbers = [];
        readonly List<(int Number, int Account)> _pairs = new(expected);

        public void Add(T value, int account)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, value, out var known);
            number = known ? number : _numbers.Count - 1;
            _pairs.Add((number, account));
        }

        public AccountIndex<T> Build()
        {
            // A counting sort by number keeps the order of accounts: first where each number's part begins, which filling moves to its end.
            var at = new int[_numbers.Count];
            foreach (var (number, _) in CollectionsMarshal.AsSpan(_pairs))
            {
                at[number]++;
            }

            for (int i = 0, start = 0; i < at.Length; i++)
            {
                (at[i], start) = (start, start + at[i]);
            }

            var accounts = new int[_pairs.Count];
            foreach (var (number, account) in CollectionsMarshal.AsSpan(_pairs))
            {
                accounts[at[number]++] = account;
            }

            return new AccountIndex<T>(_numbers, at, accounts);
        }
    }
}
