using System.Numerics;
using System.Runtime.Intrinsics;

namespace Stillwatch.Engine.Sketches;

/// <summary>Fingerprints by which a text is known again inside another one: what we said, in what a caller sends in.</summary>
internal static class Echo
{
    const int EchoTokens = 8; // eight tokens in a row are rarely the same by chance
    const ulong EchoBound = ulong.MaxValue / 16;

    // What the oldest of the tokens in a row was multiplied with by now.
    const ulong EchoTurn = unchecked(TokenHash.FoldFactor * TokenHash.FoldFactor * TokenHash.FoldFactor * TokenHash.FoldFactor
        * TokenHash.FoldFactor * TokenHash.FoldFactor * TokenHash.FoldFactor);

    /// <summary>Bottom-k of the sampled eight-token shingles: the same text inside a longer one keeps most of its smallest hashes.</summary>
    public static void Add(ReadOnlySpan<ulong> tokens, ref Fingerprints into)
    {
        var bound = EchoBound;
        if (Vector512.IsHardwareAccelerated)
        {
            // Eight in a row from each of eight tokens at once. Few are below the bound, so that one branch for all is mostly guessed right.
            for (; tokens.Length >= EchoTokens + Vector512<ulong>.Count; tokens = tokens[Vector512<ulong>.Count..])
            {
                var hashes = TokenHash.FoldEach(tokens, EchoTokens);
                for (var below = Vector512.LessThan(hashes, Vector512.Create(bound)).ExtractMostSignificantBits(); below != 0; below &= below - 1)
                {
                    bound = KeepSmallest(ref into, hashes[BitOperations.TrailingZeroCount(below)] | 1);
                }
            }
        }

        // The fold of each eight tokens in a row from that of the eight before: what has left is taken out, and what has come is folded in.
        var folded = 0UL;
        for (var end = 0; end < tokens.Length; end++)
        {
            folded = ((folded - (end < EchoTokens ? 0 : tokens[end - EchoTokens] * EchoTurn)) * TokenHash.FoldFactor) + tokens[end];
            var hash = TokenHash.Mix(folded);
            if (hash < bound && end >= EchoTokens - 1)
            {
                bound = KeepSmallest(ref into, hash | 1);
            }
        }
    }

    /// <summary>Keeps <paramref name="hash"/> if it is new and among the smallest. Returns what the next must be below to change anything.</summary>
    static ulong KeepSmallest(ref Fingerprints into, ulong hash)
    {
        var largest = 0;
        for (var i = 0; i < Fingerprints.Capacity; i++)
        {
            if (into[i] == hash || into[i] == 0)
            {
                into[i] = hash;
                return EchoBound;
            }

            largest = into[i] > into[largest] ? i : largest;
        }

        into[largest] = Math.Min(hash, into[largest]);
        var bound = 0UL;
        foreach (var kept in into)
        {
            bound = Math.Max(bound, kept - 1); // what is kept is odd, so that a smaller hash is also smaller with its lowest bit set
        }

        return bound;
    }
}
