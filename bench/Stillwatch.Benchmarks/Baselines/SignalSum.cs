using Stillwatch.Benchmarks.Baselines.Text;

namespace Stillwatch.Benchmarks.Baselines;

/// <summary>A fixed-weight sum of single signals, as public relay detectors alarm.</summary>
/// <remarks>
/// Weights after the one open tool that names account clusters (Glasswally, 2026): client 0.30, velocity 0.23, reasoning cues 0.23, cluster
/// 0.14, model pivot 0.10, and 0.08 more for a cluster of five owners. The signals are ours, each 0 to 1 and scaled by how much was seen,
/// since theirs read what our logs do not hold (header order, mouse movements) or punish countries, which is no evidence here. Settings:
/// those weights; equal weights; the strongest signal alone.
/// </remarks>
internal sealed class SignalSum(AccountBook accounts) : IBaseline
{
    const long HourMs = 3_600_000;
    const int ClusterFloorOwners = 5;
    const double ClusterFloor = 0.08;

    static readonly double[] s_toolWeights = [0.30, 0.23, 0.23, 0.14, 0.10];
    static readonly double[] s_equalWeights = [0.2, 0.2, 0.2, 0.2, 0.2];

    static readonly HashSet<ulong> s_cues =
    [
        .. "step steps reasoning reason think thinking explain derive justify rationale logically proof verify".Split(' ').Select(WordTokens.Of),
    ];

    readonly Habits?[] _habits = new Habits?[accounts.Count];
    readonly Dictionary<ulong, HashSet<ulong>> _owners = []; // of a thing: network, payment or system prompt
    readonly Dictionary<ulong, long> _firstOfModel = [];

    public string Name => "signal sum";

    public SharedStages Needs => SharedStages.None;

    public void Add(TraceQuery query)
    {
        var habits = _habits[query.Account] ??= new Habits();
        _firstOfModel.TryAdd(query.Model, query.TimeMs);
        habits.Add(query, Cues(query), query.TimeMs - _firstOfModel[query.Model]);
        foreach (var thing in (ReadOnlySpan<ulong>)[query.Network, query.SystemPrompt, accounts.Payment(query.Account)])
        {
            if (thing != 0 && habits.Things.Count < Habits.MostThings && habits.Things.Add(thing))
            {
                if (!_owners.TryGetValue(thing, out var owners))
                {
                    _owners[thing] = owners = [];
                }

                owners.Add(accounts.Party(query.Account));
            }
        }
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        var signals = _habits.Select(habits => habits is null ? ((double[], int)?)null : Signals(habits)).ToArray();
        yield return new ScoredSetting("the tool's weights", Each(signals, own => Sum(own, s_toolWeights)));
        yield return new ScoredSetting("equal weights", Each(signals, own => Sum(own, s_equalWeights)));
        yield return new ScoredSetting("strongest signal", Each(signals, own => own.Values.Max()));
    }

    static float[] Each((double[] Values, int Owners)?[] signals, Func<(double[] Values, int Owners), double> weigh)
        => [.. signals.Select(own => own is { } known ? (float)weigh(known) : ScoredSetting.Unjudged)];

    static double Sum((double[] Values, int Owners) own, double[] weights)
        => own.Values.Zip(weights, (value, weight) => value * weight).Sum() + (own.Owners >= ClusterFloorOwners ? ClusterFloor : 0);

    /// <summary>Client, velocity, cues, cluster, pivot; and the owners of the most shared thing.</summary>
    (double[] Values, int Owners) Signals(Habits habits)
    {
        var seen = Math.Min(1, habits.Exchanges / 20.0);
        var owners = habits.Things.Count == 0 ? 1 : habits.Things.Max(thing => _owners[thing].Count);
        var client = ((0.7 * habits.BareLibrary) + (0.3 * habits.WithoutSession)) / habits.Exchanges;
        var velocity = (0.6 * Math.Min(1, habits.MostInAnHour / 60.0)) + (0.4 * habits.Regularity());
        return ([
            client * (0.4 + (0.6 * seen)),
            velocity * (0.5 + (0.5 * seen)),
            (double)habits.Cued / habits.Exchanges * (0.4 + (0.6 * seen)),
            Math.Min(1, Math.Log(owners) / Math.Log(50)),
            (double)habits.SoonAfterRelease / habits.Exchanges,
        ], owners);
    }

    /// <summary>Two different cue words make a prompt cued.</summary>
    static bool Cues(TraceQuery query)
    {
        var first = 0UL;
        foreach (var token in query.Tokens.AsSpan(0, query.TokenCount))
        {
            if (token != first && s_cues.Contains(token))
            {
                if (first != 0)
                {
                    return true;
                }

                first = token;
            }
        }

        return false;
    }

    sealed class Habits
    {
        /// <summary>Further things of one account are not looked at.</summary>
        public const int MostThings = 64;

        /// <summary>
        /// A model used within a day of its first use by anybody, a day or more into the log, is one the account moved to at once.
        /// </summary>
        const long PivotMs = 24 * HourMs;

        long _hour, _lastMs, _firstMs;
        int _inHour, _gaps;
        double _sumGap, _sumSquare;
        ulong _firstModel;

        public HashSet<ulong> Things { get; } = [];

        public int Exchanges { get; private set; }

        public int BareLibrary { get; private set; }

        public int WithoutSession { get; private set; }

        public int MostInAnHour { get; private set; }

        public int Cued { get; private set; }

        public int SoonAfterRelease { get; private set; }

        public void Add(TraceQuery query, bool isCued, long sinceReleaseMs)
        {
            if (Exchanges++ == 0)
            {
                (_firstMs, _firstModel) = (query.TimeMs, query.Model);
            }
            else
            {
                double gap = query.TimeMs - _lastMs;
                (_sumGap, _sumSquare, _gaps) = (_sumGap + gap, _sumSquare + (gap * gap), _gaps + 1);
            }

            BareLibrary += query.IsBareLibrary ? 1 : 0;
            WithoutSession += query.HasSession ? 0 : 1;
            Cued += isCued ? 1 : 0;
            SoonAfterRelease += query.Model != _firstModel && query.TimeMs > _firstMs && sinceReleaseMs < PivotMs ? 1 : 0;
            var hour = query.TimeMs / HourMs;
            (_inHour, _hour) = (hour == _hour ? _inHour + 1 : 1, hour);
            MostInAnHour = Math.Max(MostInAnHour, _inHour);
            _lastMs = query.TimeMs;
        }

        /// <summary>1 for a clockwork, 0 when gaps vary as much as their mean; 0 for fewer than three gaps.</summary>
        public double Regularity()
        {
            if (_gaps < 3 || _sumGap <= 0)
            {
                return 0;
            }

            var mean = _sumGap / _gaps;
            return Math.Max(0, 1 - (Math.Sqrt(Math.Max(0, (_sumSquare / _gaps) - (mean * mean))) / mean));
        }
    }
}
