using System.IO.Hashing;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Sketches;

/// <summary>System prompts are resent with every exchange, 19,000 tokens of them by coding clients: sketched once, then recognised by hash.</summary>
internal sealed class PrefixCache(ulong seed)
{
    const int Slots = 1 << 12;
    const int ShingleTokens = 4;

    readonly TokenReader _reader = new(seed);
    readonly ulong[] _hashes = new ulong[Slots];
    readonly (ulong Whole, ulong First, ulong Second)[] _sketches = new (ulong, ulong, ulong)[Slots];
    readonly ulong[] _tokens = new ulong[TokenReader.BufferTokens];

    public void AddSystemKeys(ReadOnlySpan<byte> system, ref ExchangeSketch sketch)
    {
        var hash = XxHash3.HashToUInt64(system, (long)seed);
        var slot = (int)(hash & (Slots - 1));
        if (_hashes[slot] != hash)
        {
            _sketches[slot] = SketchOf(system);
            _hashes[slot] = hash;
        }

        var (whole, first, second) = _sketches[slot];
        Sketcher.AddKey(ref sketch, TraitKind.SystemPrompt, whole);
        if (first != 0)
        {
            Sketcher.AddKey(ref sketch, TraitKind.SystemShingle, first);
            Sketcher.AddKey(ref sketch, TraitKind.SystemShingle, second);
        }
    }

    /// <summary>The hash of all normalised tokens, and the two smallest shingle hashes: those survive a name or a date in the prompt.</summary>
    (ulong Whole, ulong First, ulong Second) SketchOf(ReadOnlySpan<byte> system)
    {
        var n = _reader.ReadAll(system, _tokens, out _);
        var whole = 0UL;
        var (first, second) = (ulong.MaxValue, ulong.MaxValue);
        for (var i = 0; i < n; i++)
        {
            whole = TokenHash.Mix((whole * 31) + _tokens[i]);
            if (i < ShingleTokens - 1)
            {
                continue;
            }

            var shingle = TokenHash.Mix(_tokens[i] ^ (_tokens[i - 1] << 1) ^ (_tokens[i - 2] << 2) ^ (_tokens[i - 3] << 3));
            if (shingle < first)
            {
                (first, second) = (shingle, first);
            }
            else if (shingle < second && shingle != first)
            {
                second = shingle;
            }
        }

        // Smallest hashes have leading zeros; mixing spreads them over the traits' partitions again.
        return second == ulong.MaxValue ? (whole, 0, 0) : (whole, TokenHash.Mix(first + 1) | 1, TokenHash.Mix(second + 1) | 1);
    }
}
