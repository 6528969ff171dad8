namespace Stillwatch.Engine.Rings;

/// <summary>The names of the reference cohort as a set small enough for the cache: one bit each, found by the name's own bits.</summary>
/// <remarks>
/// A name outside is taken for one inside in at most one case of sixteen, and never the other way round: good enough for a first glance at millions of traits, of
/// which nearly all are ordinary. Names are keyed hashes, so nobody can choose where they fall.
/// </remarks>
internal sealed class NormalNames
{
    const int BitsPerName = 16;
    const int PartitionBits = 6; // equal for names of one partition: the bits above them tell names apart

    readonly ulong[] _bits;

    NormalNames(int names) => _bits = new ulong[Math.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, names) * BitsPerName) / 64)];

    public static NormalNames Of(Population population, ReferenceCohort cohort) =>
        Of([.. Enumerable.Range(0, population.Count).Where(i => cohort[i]).Select(i => population.Accounts[i].Name)]);

    public static NormalNames Of(IReadOnlyCollection<ulong> inside)
    {
        var names = new NormalNames(inside.Count);
        foreach (var name in inside)
        {
            var at = name >> PartitionBits;
            names._bits[(int)(at / 64) & (names._bits.Length - 1)] |= 1UL << (int)(at % 64);
        }

        return names;
    }

    public bool MayHold(ulong name)
    {
        var at = name >> PartitionBits;
        return (_bits[(int)(at / 64) & (_bits.Length - 1)] >> (int)(at % 64) & 1) != 0;
    }
}
