namespace Stillwatch.Engine.Judgement;

/// <summary>What one account did about one model; Unix time, milliseconds.</summary>
/// <param name="MovedMs">First exchange with the model; <see cref="long.MaxValue"/>: never. One that began with it never moved.</param>
internal readonly record struct ModelTrack(long FirstMs, long LastMs, long MovedMs)
{
    public bool Moved => MovedMs > FirstMs && MovedMs != long.MaxValue;

    /// <summary>Since when it can move no more: it has, or it is gone.</summary>
    public long OverMs => Math.Min(MovedMs, LastMs);
}

/// <summary>A pivot that was shown: when it began, and when the bet was won.</summary>
internal readonly record struct ShownPivot(long AtMs, long ShownMs, double LogEvidence);

/// <summary>Whether a ring's accounts moved to a model at a pace that is not the population's.</summary>
/// <remarks>
/// Each first use of the model by an account that was there before is one event; which account it is of is the bet. If the ring moves at r times the pace of the
/// rest, an event is the ring's with odds r · (ring accounts still to move) : (rest still to move): the partial likelihood of Cox 1975, bet on as in the safe
/// log-rank test (Grünwald, Ly, Pérez-Ortiz and ter Schure 2021). The null is every pace up to <see cref="LawfulPace"/>, so that enthusiasm is not news; the stake is
/// divided over paces, over six-hour dates from the model's first use on, and over models. Counting accounts, not exchanges: an account moves as a whole.
/// Cost: a sort of the ring's events; the rest's are sorted once a judgement.
/// Misses: moves of under a handful of accounts, a ring that moves as slowly as everybody, accounts that always used several models.
/// </remarks>
internal sealed class PivotTest
{
    /// <summary>Paces up to this are lawful: ages, trades and hours make some groups quicker than others.</summary>
    public const double LawfulPace = 1.5;

    public const long StepMs = 6 * 3_600_000L;

    static readonly double[] Paces = [3, 6, 12];

    readonly ModelTrack[] _rest;
    readonly long[] _entries, _exits, _moves;

    /// <param name="rest">The population's accounts; members of a ring are left out when it is tested.</param>
    public PivotTest(IEnumerable<ModelTrack> rest)
    {
        _rest = [.. rest];
        _entries = Sorted(_rest.Select(t => t.FirstMs));
        _exits = Sorted(_rest.Select(t => t.OverMs));
        _moves = Sorted(_rest.Where(t => t.Moved).Select(t => t.MovedMs));
    }

    /// <param name="ring">The ring's accounts.</param>
    /// <param name="common">Those of them that are in the rest as well.</param>
    /// <param name="models">Models among which the stake is divided, 1 or more.</param>
    public ShownPivot? Of(IReadOnlyList<ModelTrack> ring, IReadOnlyList<ModelTrack> common, int models)
    {
        var own = Sorted(ring.Where(t => t.Moved).Select(t => t.MovedMs));
        if (own.Length == 0)
        {
            return null;
        }

        var (inRing, inBoth) = (new Standing(ring), new Standing(common));
        var twice = new Queue<long>(Sorted(common.Where(t => t.Moved).Select(t => t.MovedMs)));
        var events = own.Select(at => (At: at, IsRing: true)).Concat(_moves.Where(at => !Taken(twice, at)).Select(at => (At: at, IsRing: false))).OrderBy(e => e.At).ThenBy(e => e.IsRing);
        var bets = Paces.Select(pace => new Bet(pace)).ToArray();
        var (date, released, unspent) = (0L, 0L, 1.0);
        ShownPivot? best = null;
        foreach (var (at, isRing) in events)
        {
            released = date == 0 ? at : released;
            for (; date * StepMs <= at - released; date++)
            {
                var stake = ErrorRates.Stake(date + 1) / Paces.Length;
                unspent -= stake * Paces.Length;
                Array.ForEach(bets, bet => bet.Open(stake, released + (date * StepMs)));
            }

            var (ours, others) = (inRing.At(at), Before(_entries, at) - Before(_exits, at) - inBoth.At(at));
            Array.ForEach(bets, bet => bet.Take(isRing, ours, others));
            var log = Math.Log((bets.Sum(b => b.Value) + unspent) / models);
            if (isRing && log >= ErrorRates.AlarmLogOdds && (best is null || log > best.Value.LogEvidence))
            {
                best = new ShownPivot(bets.MaxBy(b => b.BestLog)!.BestStartMs, best?.ShownMs ?? at, log);
            }
        }

        return best;
    }

    static bool Taken(Queue<long> ours, long at)
    {
        while (ours.TryPeek(out var first) && first < at)
        {
            ours.Dequeue();
        }

        return ours.TryPeek(out var next) && next == at && ours.TryDequeue(out _);
    }

    static long[] Sorted(IEnumerable<long> times)
    {
        long[] sorted = [.. times];
        Array.Sort(sorted);
        return sorted;
    }

    /// <summary>How many of <paramref name="sorted"/> lie before <paramref name="at"/>.</summary>
    static int Before(long[] sorted, long at)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < at ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    /// <summary>How many of some accounts may still move, at any time.</summary>
    sealed class Standing(IReadOnlyList<ModelTrack> tracks)
    {
        readonly long[] _entries = Sorted(tracks.Select(t => t.FirstMs)), _exits = Sorted(tracks.Select(t => t.OverMs));

        public int At(long ms) => Before(_entries, ms) - Before(_exits, ms);
    }

    /// <summary>Stakes on one pace, opened date by date: what they are worth together, and which date did best.</summary>
    sealed class Bet(double pace)
    {
        public double Value { get; private set; }

        public double BestLog { get; private set; } = double.NegativeInfinity;

        public long BestStartMs { get; private set; }

        public void Open(double stake, long startMs)
        {
            Value += stake;
            if (Math.Log(stake) > BestLog)
            {
                (BestLog, BestStartMs) = (Math.Log(stake), startMs);
            }
        }

        /// <summary>The likelihood ratio of an event under this pace and under the fastest lawful one: at most 1 on average under any lawful pace.</summary>
        public void Take(bool isRing, int ours, int others)
        {
            var factor = (isRing ? pace / LawfulPace : 1) * ((ours * LawfulPace) + others) / ((ours * pace) + others);
            if (ours + others > 0 && factor > 0)
            {
                Value *= factor;
                BestLog += Math.Log(factor);
            }
        }
    }
}
