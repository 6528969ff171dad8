namespace Stillwatch.Engine.Rings;

/// <summary>What each ring trait says for and against membership, nats.</summary>
internal sealed class CoverageWeights
{
    /// <summary>How many of <see cref="RingTraits"/> there are.</summary>
    public const int Traits = 14;

    const int MaxRest = 800; // the rest's coverage is a proportion: 800 accounts know it to within two points
    const double Cap = 2.5;

    readonly double[] _present = new double[Traits];
    readonly double[] _absent = new double[Traits];
    readonly double[] _inRing = new double[Traits];
    readonly double[] _inRest = new double[Traits];

    CoverageWeights()
    {
    }

    public static CoverageWeights None => new();

    /// <summary>Share of members that show a trait, 0 to 1.</summary>
    public double InRing(RingTraits trait) => _inRing[IndexOf(trait)];

    /// <summary>Share of everybody else that shows it, 0 to 1.</summary>
    public double InRest(RingTraits trait) => _inRest[IndexOf(trait)];

    public double Of(RingTraits trait, bool present) => (present ? _present : _absent)[IndexOf(trait)];

    /// <summary>The account's whole balance; having more of the template includes having some.</summary>
    public double Sum(RingTraits traits)
    {
        var sum = 0.0;
        for (var t = 0; t < Traits; t++)
        {
            sum += ((int)traits & (1 << t)) != 0 ? _present[t] : _absent[t];
        }

        return sum;
    }

    /// <summary>How many of the accounts outside a candidate show each trait, from an even sample of them.</summary>
    public static (int[] Counts, int Accounts) Rest(RingCandidate candidate, int population, Func<int, RingTraits> traitsOf)
    {
        var candidates = candidate.Accounts.ToHashSet();
        var counts = new int[Traits];
        var accounts = 0;
        for (var i = 0; i < population; i += Math.Max(1, population / MaxRest))
        {
            if (!candidates.Contains(i))
            {
                Count(counts, traitsOf(i));
                accounts++;
            }
        }

        return (counts, accounts);
    }

    public static CoverageWeights Of(IReadOnlyList<RingMember> members, (int[] Counts, int Accounts) rest)
    {
        var weights = new CoverageWeights();
        var ring = new int[Traits];
        foreach (var member in members)
        {
            Count(ring, member.Traits);
        }

        for (var t = 0; t < Traits; t++)
        {
            var r = (ring[t] + 0.5) / (members.Count + 1);
            var b = (rest.Counts[t] + 0.5) / (rest.Accounts + 1);
            (weights._inRing[t], weights._inRest[t]) = (r, b);
            weights._present[t] = Math.Clamp(Math.Log(r / b), -Cap, Cap);
            weights._absent[t] = Math.Clamp(Math.Log((1 - r) / (1 - b)), -Cap, Cap);
        }

        return weights;
    }

    static void Count(int[] counts, RingTraits traits)
    {
        for (var t = 0; t < Traits; t++)
        {
            counts[t] += ((int)traits >> t) & 1;
        }
    }

    static int IndexOf(RingTraits trait) => System.Numerics.BitOperations.TrailingZeroCount((int)trait);
}
