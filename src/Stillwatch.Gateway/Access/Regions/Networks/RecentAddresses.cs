using System.Net;

namespace Stillwatch.Gateway.Access.Regions.Networks;

/// <summary>
/// Answers for the addresses seen last, by exact address: networks in databases may be as narrow as one. A fixed table in which a newcomer
/// takes the place of
/// whoever it falls upon: no lock, and nothing grows. Two threads that meet only work twice.
/// </summary>
sealed class RecentAddresses<T>
{
    /// <summary>2^14 places: 1.5 MB when full.</summary>
    public const int Places = 1 << 14;

    readonly Entry?[] _entries = new Entry?[Places];

    public bool TryGet(UInt128 address, out T answer)
    {
        if (Volatile.Read(ref _entries[PlaceOf(address)]) is { } entry && entry.Address == address)
        {
            answer = entry.Answer;
            return true;
        }

        answer = default!;
        return false;
    }

    public void Put(UInt128 address, T answer) => Volatile.Write(ref _entries[PlaceOf(address)], new(address, answer));

    /// <summary>Multiplication by the golden ratio (Knuth) over both halves.</summary>
    static int PlaceOf(UInt128 address)
    {
        var mixed = ((ulong)(address >> 64) * 0xC2B2AE3D27D4EB4F) ^ (ulong)address;
        return (int)((mixed * 0x9E3779B97F4A7C15) >> (64 - 14));
    }

    sealed record Entry(UInt128 Address, T Answer);
}
