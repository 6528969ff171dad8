namespace Stillwatch.Engine.Traits;

/// <summary>How much of an account's traffic follows one template of its own or others' making.</summary>
internal static class TemplateLoyalty
{
    public const int MinExchanges = 8;

    /// <summary>Share of the sampled exchanges that repeat the most frequent user-text key, 0 to 1; the first time is no repeat. System prompts and tools do not count:
    /// a coding client's users all share one and ask different things.</summary>
    public static double Of(ReadOnlySpan<AccountDigest> digests)
    {
        var counts = new Dictionary<uint, int>(digests.Length * 8);
        var (most, looked) = (0, 0);
        foreach (ref readonly var digest in digests)
        {
            if (digest.NewUserTokens == 0)
            {
                continue; // a tool loop's turn says nothing of its own
            }

            looked++;
            for (var i = 0; i < digest.KeyCount; i++)
            {
                var kind = (TraitKind)(digest.Keys[i] >> 28);
                if (kind is TraitKind.HeadSkeleton or TraitKind.TailSkeleton or TraitKind.Shingle)
                {
                    ref var count = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, digest.Keys[i], out _);
                    most = Math.Max(most, ++count);
                }
            }
        }

        return looked < MinExchanges / 2 ? double.NaN : (double)Math.Max(0, most - 1) / looked;
    }
}
