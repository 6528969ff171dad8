namespace Stillwatch.Benchmarks.Baselines;

/// <summary>A plain 64-bit hash (FNV-1a with a finalizer): the baselines need equality, not secrecy.</summary>
internal static class Hash64
{
    const ulong Basis = 0xCBF29CE484222325; // FNV-1a, 64 bits
    const ulong Prime = 0x100000001B3;

    /// <summary>Never 0, which stands for absence.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Basis;
        foreach (var b in bytes)
        {
            hash = (hash ^ b) * Prime;
        }

        return Mix(hash) | 1;
    }

    public static ulong Join(ulong first, ulong second) => Mix((first * 0x9E3779B97F4A7C15) ^ second) | 1;

    /// <summary>Spreads every bit over all others (the finalizer of MurmurHash3).</summary>
    public static ulong Mix(ulong hash)
    {
        hash = (hash ^ (hash >> 33)) * 0xFF51AFD7ED558CCD;
        hash = (hash ^ (hash >> 33)) * 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
