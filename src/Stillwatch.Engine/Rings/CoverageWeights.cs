namespace Stillwatch.Engine.Rings;

/// <summary>What each ring trait says for and against membership, nats.</summary>
internal sealed class CoverageWeights
{
    const int Traits = 15;
    const int MaxRest = 800; // the rest's coverage is a proportion: 800 accounts know it to within two points
    const double Cap = 3.5;

    const double TiedShare = 0.3;
    const double TiedNats = 0.4;
    static readonly RingTraits[] s_ties =
        [RingTraits.SharedPayment, RingTraits.SharedDevice, RingTraits.SignupWave, RingTraits.SharedNetwork, RingTraits.OwnOutput];

    // A past and a verified name can be bought with an account: they speak for innocence, never for much.
    const RingTraits Purchasable = RingTraits.ReferenceCohort | RingTraits.WellVerified;
    const double PurchasableCap = 2;

    // A ring that grew from what its first members have in common makes the lack of it look worse than it is: a pool runs two programs, its outputs are
    // rarely seen to come back, and how an account's other traffic goes says little.
    static readonly double[] s_lackCaps = Caps(
        (RingTraits.FollowsUp, 1), (RingTraits.ManyUsers, 0.5), (RingTraits.RingClient, 1), (RingTraits.OwnOutput, 1), (RingTraits.SomeOutput, 0));

    // What we said to one and another sent in is no coincidence, whatever the account's other habits; once it may have been read somewhere.
    static readonly double[] s_caps = Caps((RingTraits.OwnOutput, 6), (RingTraits.SomeOutput, 3));
    const int Families = 5;

    // In the order of RingTraits: content 0, identity 1, infrastructure 2, time 3, own output 4.
    static readonly int[] s_familyOf = [0, 0, 1, 2, 1, 2, 2, 3, 0, 1, 4, 1, 1, 0, 4];

    readonly double[] _present = new double[Traits];
    readonly double[] _absent = new double[Traits];
    readonly double[] _inRing = new double[Traits];
    readonly double[] _inRest = new double[Traits];

    CoverageWeights()
    {
    }

    /// <summary>Share of members that show a trait, 0 to 1.</summary>
    public double InRing(RingTraits trait) => _inRing[IndexOf(trait)];

    /// <summary>Whether payers, devices, sign-ups, networks or outputs link the ring at all; in a log that has none, what is asked and when must do.</summary>
    public bool IsTied { get; private set; }

    /// <summary>Share of everybody else that shows it, 0 to 1.</summary>
    public double InRest(RingTraits trait) => _inRest[IndexOf(trait)];

    public double Of(RingTraits trait, bool present) => (present ? _present : _absent)[IndexOf(trait)];

    /// <summary>What having or lacking a trait says of this account; where it shares a value, that value's own weight.</summary>
    public double Of(RingTraits trait, in Likeness account) => trait switch
    {
        RingTraits.MostlyTemplate => account.Ties.Template,
        RingTraits.SomeTemplate => 0, // a level of the above
        RingTraits.SomeOutput when account.Has(RingTraits.OwnOutput) => 0, // what is more than once was weighed as that
        RingTraits.SharedPayment when account.Has(trait) => account.Ties.Payment,
        RingTraits.SharedDevice when account.Has(trait) => account.Ties.Device,
        RingTraits.SignupWave when account.Has(trait) => account.Ties.Wave,
        RingTraits.SharedNetwork when account.Has(trait) => account.Ties.Network,
        _ => Of(trait, account.Has(trait)),
    };

    /// <summary>The account's whole balance, nats: what <see cref="Judgement.Balance"/> makes of the same items, without making them.</summary>
    /// <remarks>In each family the strongest item for and the strongest against count whole, the rest half; a family at most ±6.</remarks>
    public double Sum(in Likeness account)
    {
        Span<double> most = stackalloc double[Families];
        Span<double> least = stackalloc double[Families];
        Span<double> half = stackalloc double[Families];
        most.Clear();
        least.Clear();
        half.Clear();
        for (var t = 0; t < Traits; t++)
        {
            var (nats, family) = (Of((RingTraits)(1 << t), account), s_familyOf[t]);
            most[family] = Math.Max(most[family], nats);
            least[family] = Math.Min(least[family], nats);
            half[family] += nats / 2;
        }

        var sum = 0.0;
        for (var f = 0; f < Families; f++)
        {
            sum += Math.Clamp(half[f] + (most[f] / 2) + (least[f] / 2), -Judgement.Balance.FamilyCap, Judgement.Balance.FamilyCap);
        }

        return sum;
    }

    /// <summary>Every how manieth account is asked what the rest shows.</summary>
    public static int StrideOf(int population) => Math.Max(1, population / MaxRest);

    /// <summary>How many of the accounts outside a ring show each trait, from an even sample of them.</summary>
    /// <param name="traitsOf">Of an account outside, by its place in the sample: the n-th is account n · <see cref="StrideOf"/>.</param>
    public static (int[] Counts, int Accounts) Rest(AccountSet members, int population, Func<int, RingTraits> traitsOf)
    {
        var counts = new int[Traits];
        var (accounts, stride) = (0, StrideOf(population));
        for (var n = 0; n * stride < population; n++)
        {
            if (!members.Contains(n * stride))
            {
                Count(counts, traitsOf(n));
                accounts++;
            }
        }

        return (counts, accounts);
    }

    /// <param name="members">What each member of the ring shows.</param>
    public static CoverageWeights Of(ReadOnlySpan<RingTraits> members, (int[] Counts, int Accounts) rest)
    {
        var weights = new CoverageWeights();
        var ring = new int[Traits];
        foreach (var member in members)
        {
            Count(ring, member);
        }

        for (var t = 0; t < Traits; t++)
        {
            var r = (ring[t] + 0.5) / (members.Length + 1);
            var b = (rest.Counts[t] + 0.5) / (rest.Accounts + 1);
            (weights._inRing[t], weights._inRest[t]) = (r, b);
            weights._present[t] = Math.Clamp(Math.Log(r / b), ((int)Purchasable & (1 << t)) != 0 ? -PurchasableCap : -Cap, s_caps[t]);
            weights._absent[t] = Math.Clamp(Math.Log((1 - r) / (1 - b)), -s_lackCaps[t], Cap);
        }

        weights.IsTied = s_ties.Any(t => weights.InRing(t) >= TiedShare && weights.Of(t, present: true) >= TiedNats);
        return weights;
    }

    static void Count(int[] counts, RingTraits traits)
    {
        for (var left = (uint)traits; left != 0; left &= left - 1) // an account shows a few of them
        {
            counts[System.Numerics.BitOperations.TrailingZeroCount(left)]++;
        }
    }

    static double[] Caps(params (RingTraits Trait, double Nats)[] others)
    {
        var caps = Enumerable.Repeat(Cap, Traits).ToArray();
        foreach (var (trait, nats) in others)
        {
            caps[IndexOf(trait)] = nats;
        }

        return caps;
    }

    static int IndexOf(RingTraits trait) => System.Numerics.BitOperations.TrailingZeroCount((int)trait);
}
