namespace Stillwatch.Benchmarks.Baselines;

/// <summary>The oldest rule: an account that sends too much in too short a time.</summary>
/// <remarks>
/// Settings: the most exchanges, and the most output tokens, within one clock hour and within one clock day; a bound in force at every
/// gateway.
/// </remarks>
internal sealed class RateThreshold(int accounts) : IBaseline
{
    const long HourMs = 3_600_000;

    readonly Peak _hour = new(accounts, HourMs);
    readonly Peak _day = new(accounts, 24 * HourMs);

    public string Name => "rate";

    public SharedStages Needs => SharedStages.None;

    public void Add(TraceQuery query)
    {
        _hour.Add(query);
        _day.Add(query);
    }

    public IEnumerable<ScoredSetting> Scores()
    {
        yield return new ScoredSetting("exchanges an hour", _hour.Exchanges());
        yield return new ScoredSetting("exchanges a day", _day.Exchanges());
        yield return new ScoredSetting("output tokens an hour", _hour.Tokens());
        yield return new ScoredSetting("output tokens a day", _day.Tokens());
    }

    /// <summary>The fullest bucket of each account.</summary>
    sealed class Peak(int accounts, long bucketMs)
    {
        readonly (long Bucket, int Exchanges, long Tokens, int MostExchanges, long MostTokens)[] _byAccount = new (long, int, long, int, long)[accounts];

        public void Add(TraceQuery query)
        {
            ref var state = ref _byAccount[query.Account];
            var bucket = query.TimeMs / bucketMs;
            if (bucket != state.Bucket)
            {
                (state.Bucket, state.Exchanges, state.Tokens) = (bucket, 0, 0);
            }

            state.MostExchanges = Math.Max(state.MostExchanges, ++state.Exchanges);
            state.MostTokens = Math.Max(state.MostTokens, state.Tokens += query.OutputTokens);
        }

        public float[] Exchanges() => [.. _byAccount.Select(state => state.MostExchanges == 0 ? ScoredSetting.Unjudged : state.MostExchanges)];

        public float[] Tokens() => [.. _byAccount.Select(state => state.MostExchanges == 0 ? ScoredSetting.Unjudged : state.MostTokens)];
    }
}
