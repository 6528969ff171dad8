using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Traits;

/// <summary>How much of an account's traffic follows one template of its own or others' making.</summary>
internal static class TemplateLoyalty
{
    public const int MinExchanges = 8;

    const int MaxOnStack = 1 << 12; // enough for the largest sample

    /// <summary>Share of the sampled exchanges that repeat the most frequent user-text key, 0 to 1; the first time is no repeat. System prompts and tools do not count:
    /// a coding client's users all share one and ask different things.</summary>
    public static double Of(ReadOnlySpan<AccountDigest> digests)
    {
        // Counted by open addressing on the stack: asked some twenty times in an account's life, of every account.
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, 2 * digests.Length * ContentKeys.Capacity));
        Span<uint> keys = size <= MaxOnStack ? stackalloc uint[size] : new uint[size];
        Span<ushort> counts = size <= MaxOnStack ? stackalloc ushort[size] : new ushort[size];
        counts.Clear();
        var (most, looked) = (0, 0);
        foreach (ref readonly var digest in digests)
        {
            if (digest.NewUserTokens == 0)
            {
                continue; // a tool loop's turn says nothing of its own
            }

            looked++;
            foreach (var key in ((ReadOnlySpan<uint>)digest.Keys)[..digest.KeyCount])
            {
                if (!((TraitKind)(key >> 28)).IsUserText())
                {
                    continue;
                }

                var at = (int)((key * 0x9E3779B1) >> 16) & (size - 1); // Knuth's 32-bit multiplier
                while (counts[at] != 0 && keys[at] != key)
                {
                    at = (at + 1) & (size - 1);
                }

                keys[at] = key;
                most = Math.Max(most, ++counts[at]);
            }
        }

        return looked < MinExchanges / 2 ? double.NaN : (double)Math.Max(0, most - 1) / looked;
    }
}
