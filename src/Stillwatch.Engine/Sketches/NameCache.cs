using System.IO.Hashing;
using System.Security.Cryptography;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>Remembers keyed names, because an HMAC costs a microsecond and the same account comes again and again.</summary>
/// <remarks>Direct-mapped and bounded: a new value takes the slot of an old one, which only costs an HMAC later. Holds no text.</remarks>
internal sealed class NameCache(DetectionKey key)
{
    const int Slots = 1 << 15;

    readonly IncrementalHash _hmac = key.CreateHmac();

    // Hash and name together: the table is larger than a core's cache, and two arrays would be fetched from twice.
    readonly (ulong HashLow, ulong HashHigh, ulong Name)[] _entries = new (ulong, ulong, ulong)[Slots];

    public ulong Of(TraitKind domain, ReadOnlySpan<byte> value)
    {
        var hash = XxHash128.HashToUInt128(value, (long)key.ShingleSeed + (byte)domain);
        var (low, high) = ((ulong)hash, (ulong)(hash >> 64));
        ref var entry = ref _entries[low & (Slots - 1)];
        if (entry.HashLow != low || entry.HashHigh != high)
        {
            entry = (low, high, DetectionKey.Name(_hmac, domain, value));
        }

        return entry.Name;
    }
}
