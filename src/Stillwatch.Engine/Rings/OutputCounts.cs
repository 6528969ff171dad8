using System.Buffers;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>Lengths of outputs, counted one by one: their median without sorting.</summary>
internal sealed class OutputCounts : IDisposable
{
    readonly int[] _counts = ArrayPool<int>.Shared.Rent(AccountDigest.UnknownTokens);
    int _count;

    public OutputCounts() => _counts.AsSpan().Clear();

    /// <summary>Tokens; of an even number the larger of the two in the middle. NaN when there are none.</summary>
    public double Median
    {
        get
        {
            if (_count == 0)
            {
                return double.NaN;
            }

            var tokens = 0;
            for (var below = _counts[0]; below <= _count / 2; below += _counts[tokens])
            {
                tokens++;
            }

            return tokens;
        }
    }

    /// <param name="tokens">Less than <see cref="AccountDigest.UnknownTokens"/>.</param>
    public void Add(int tokens)
    {
        _counts[tokens]++;
        _count++;
    }

    public void Dispose() => ArrayPool<int>.Shared.Return(_counts);
}
