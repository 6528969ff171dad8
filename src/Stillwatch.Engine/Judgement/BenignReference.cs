using System.Collections.Concurrent;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>What the reference cohort does: the distributions a ring is compared with, made anew at each judgement.</summary>
internal sealed class BenignReference
{
    const int MaxAccounts = 4000;
    const int MinExchanges = 8;

    readonly double[] _gapVariation;
    readonly double[] _hourSpread;
    readonly double[] _outputTokens;
    readonly double[] _cueRates = new double[CueLexicon.Count];
    readonly Dictionary<ulong, int> _bins;
    readonly Dictionary<ulong, int> _mailDomains;
    readonly Lazy<ModelMoves> _models;
    readonly ConcurrentDictionary<RingView, ModelMove?> _moves = new();
    readonly int _withBin;
    readonly int _withMail;

    public BenignReference(Population population, ReferenceCohort cohort, Background background, long nowMs)
    {
        Population = population;
        _models = new Lazy<ModelMoves>(() => new ModelMoves(population));
        Cohort = cohort;
        Background = background;
        NowMs = nowMs;
        HoursSeen = CountHours(population);
        var accounts = Sample(population, cohort);
        _gapVariation = Sorted(accounts.Where(a => a.Exchanges >= MinExchanges).Select(a => a.GapVariation));
        _hourSpread = Sorted(accounts.Where(a => a.Exchanges >= MinExchanges).Select(HourSpread));
        _outputTokens = Sorted(accounts.SelectMany(Outputs));
        MedianOutputTokens = _outputTokens.Length == 0 ? double.NaN : _outputTokens[_outputTokens.Length / 2];
        CountContent(accounts);
        _bins = accounts.Where(a => a.Facts?.PaymentBin > 0).GroupBy(a => a.Facts!.PaymentBin).ToDictionary(g => g.Key, g => g.Count());
        _mailDomains = accounts.Where(a => a.Facts?.EmailDomain > 0).GroupBy(a => a.Facts!.EmailDomain).ToDictionary(g => g.Key, g => g.Count());
        (_withBin, _withMail) = (_bins.Values.Sum(), _mailDomains.Values.Sum());
    }

    public Population Population { get; }

    public ReferenceCohort Cohort { get; }

    public Background Background { get; }

    /// <summary>A ring's largest move to another model than everybody's; null when it makes none. Worked out once a ring.</summary>
    public ModelMove? MoveOf(RingView ring) => _moves.GetOrAdd(ring, asked => _models.Value.Of(asked));

    public long NowMs { get; }

    /// <summary>Hours of the day in which anybody was active, 1 to 24.</summary>
    public int HoursSeen { get; }

    public double MedianOutputTokens { get; }

    /// <summary>Share of the cohort's exchanges that cue a capability (by bit position), 0 to 1.</summary>
    public double CueRate(int capability) => _cueRates[capability];

    /// <summary>Share of the cohort whose card is of this issuer range, smoothed; 0 to 1.</summary>
    public double BinShare(ulong bin) => (_bins.GetValueOrDefault(bin) + 0.5) / (_withBin + 1);

    public double MailShare(ulong domain) => (_mailDomains.GetValueOrDefault(domain) + 0.5) / (_withMail + 1);

    public double GapVariationPercentile(double value) => Percentile(_gapVariation, value);

    public double HourSpreadPercentile(double value) => Percentile(_hourSpread, value);

    public double OutputTokensPercentile(double value) => Percentile(_outputTokens, value);

    /// <summary>Hours of the day used, over those expected of the same number of exchanges spread evenly; near 1 is round the clock.</summary>
    public double HourSpread(AccountState account)
    {
        var used = 0;
        foreach (var count in account.Hours)
        {
            used += count > 0 ? 1 : 0;
        }

        var expected = HoursSeen * (1 - Math.Pow(1 - (1.0 / HoursSeen), account.Exchanges));
        return used / Math.Max(1, expected);
    }

    static int CountHours(Population population)
    {
        var seen = 0;
        for (var account = 0; account < population.Count && seen != (1 << 24) - 1; account++)
        {
            var hours = population.Accounts[account].Hours;
            for (var hour = 0; hour < 24; hour++)
            {
                seen |= hours[hour] > 0 ? 1 << hour : 0;
            }
        }

        return Math.Max(1, System.Numerics.BitOperations.PopCount((uint)seen));
    }

    static List<AccountState> Sample(Population population, ReferenceCohort cohort)
    {
        var stride = Math.Max(1, cohort.Count / MaxAccounts);
        var sample = new List<AccountState>((cohort.Count / stride) + 1);
        for (int account = 0, member = 0; account < population.Count; account++)
        {
            if (cohort[account] && member++ % stride == 0)
            {
                sample.Add(population.Accounts[account]);
            }
        }

        return sample;
    }

    static IEnumerable<double> Outputs(AccountState account)
    {
        var tokens = new List<double>();
        foreach (ref readonly var digest in account.Digests[..Math.Min(8, account.Digests.Length)])
        {
            if (digest.OutputTokens != AccountDigest.UnknownTokens)
            {
                tokens.Add(digest.OutputTokens);
            }
        }

        return tokens;
    }

    void CountContent(List<AccountState> accounts)
    {
        var counts = new int[_cueRates.Length];
        var digests = 0;
        foreach (var account in accounts)
        {
            foreach (ref readonly var digest in account.Digests[..Math.Min(16, account.Digests.Length)])
            {
                digests++;
                for (var c = 0; c < counts.Length; c++)
                {
                    counts[c] += ((int)digest.Cues >> c) & 1;
                }
            }
        }

        for (var c = 0; c < counts.Length; c++)
        {
            _cueRates[c] = (counts[c] + 0.5) / (digests + 1.0);
        }
    }

    static double[] Sorted(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Where(v => !double.IsNaN(v))];
        Array.Sort(sorted);
        return sorted;
    }

    static double Percentile(double[] sorted, double value)
    {
        if (sorted.Length == 0)
        {
            return 0.5;
        }

        var at = Array.BinarySearch(sorted, value);
        return (double)(at < 0 ? ~at : at) / sorted.Length;
    }
}
