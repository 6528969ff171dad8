using System.Runtime.InteropServices;

namespace Stillwatch.Engine.Rings;

/// <summary>Values by number, and which accounts show each: one array for all of them.</summary>
internal sealed class AccountIndex<T> where T : notnull
{
    readonly List<T> _values;
    readonly int[] _ends;
    readonly int[] _accounts;

    AccountIndex(List<T> values, int[] ends, int[] accounts) => (_values, _ends, _accounts) = (values, ends, accounts);

    /// <summary>Different values.</summary>
    public int Values => _values.Count;

    /// <summary>The value that has a number.</summary>
    public T ValueOf(int number) => _values[number];

    /// <summary>The accounts with the value of a number, ascending.</summary>
    public ReadOnlySpan<int> this[int number]
    {
        get
        {
            var start = number == 0 ? 0 : _ends[number - 1];
            return _accounts.AsSpan(start, _ends[number] - start);
        }
    }

    /// <summary>Takes pairs in ascending order of accounts; a pair must come once only.</summary>
    public sealed class Builder(int expected)
    {
        readonly Dictionary<T, int> _numbers = [];
        readonly List<T> _values = [];
        readonly List<(int Number, int Account)> _pairs = new(expected);

        /// <returns>The value's number, from 0 in order of appearance.</returns>
        public int Add(T value, int account)
        {
            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_numbers, value, out var known);
            if (!known)
            {
                number = _values.Count;
                _values.Add(value);
            }

            _pairs.Add((number, account));
            return number;
        }

        public AccountIndex<T> Build()
        {
            // A counting sort by number keeps the order of accounts: first where each number's part begins, which filling moves to its end.
            var at = new int[_values.Count];
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

            return new AccountIndex<T>(_values, at, accounts);
        }
    }
}
