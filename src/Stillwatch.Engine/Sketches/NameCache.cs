using System.IO.Hashing;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>Remembers keyed names, because an HMAC costs a microsecond and the same account comes again and again.</summary>
/// <remarks>Direct-mapped and bounded: a new value takes the slot of an old one, which only costs an HMAC later. Holds no text.</remarks>
internal sealed class NameCache(DetectionKey key)
{
    const int Slots = 1 << 15;

    readonly UInt128[] _values = new UInt128[Slots];
    readonly ulong[] _names = new ulong[Slots];

    public ulong Of(TraitKind domain, ReadOnlySpan<byte> value)
    {
        var hash = XxHash128.HashToUInt128(value, (long)key.ShingleSeed + (byte)domain);
        var slot = (int)((ulong)hash & (Slots - 1));
        if (_values[slot] != hash)
        {
            _names[slot] = key.Name(domain, value);
            _values[slot] = hash;
        }

        return _names[slot];
    }
}
