using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>Runs stored exchanges, in the order they began, through the levels and limits of one policy. Not thread-safe.</summary>
/// <remarks>
/// Two limiters: one holds the rules in force, the other those and the rules in shadow as if they were in force, since a request that one
/// rule refuses takes nothing out of the others. What is reserved is what the exchange came to: the maximum its request stated is not stored.
/// </remarks>
sealed class ReplayedAccess
{
    readonly AccessPolicy _policy;
    readonly ReplayStandings _standings;
    readonly Dictionary<string, AccountJudgement> _judged;
    readonly List<Run> _runs = [];

    public ReplayedAccess(AccessPolicy policy, Report report, ReplayStandings standings, Func<ILimiter>? limiter)
    {
        (_policy, _standings) = (policy, standings);
        _judged = report.Accounts.Where(account => policy.Mode == PolicyMode.Enforce && account.Response > Rung.Observe).OrderByDescending(account => account.Response)
            .DistinctBy(account => account.Account, StringComparer.Ordinal).ToDictionary(account => account.Account, StringComparer.Ordinal);
        Limits = new RuleTally(policy.Limits.Rules.Select(rule => (rule.Name, rule.Mode)));
        Levels = new RuleTally(policy.Levels.Rules.Select(rule => (rule.Name, rule.Mode)));
        if (limiter is not null)
        {
            Add(limiter, RuleMode.Enforce, rule => rule.Mode == RuleMode.Enforce);
            if (policy.Limits.Rules.Any(rule => rule.Mode == RuleMode.Shadow))
            {
                Add(limiter, RuleMode.Shadow, rule => rule.Mode != RuleMode.Off);
            }
        }
    }

    public RuleTally Limits { get; }

    public RuleTally Levels { get; }

    public async ValueTask AddAsync(StoredCall call)
    {
        var account = _standings.Of(call.Account);
        var level = _standings.LevelOf(account, call.Organization);
        foreach (var rule in _policy.Levels.Rules)
        {
            if (rule.Mode != RuleMode.Off && level < rule.Needs && Applies(rule, account.Programme, call.Model))
            {
                Levels.Add(rule.Name, call.Account);
            }
        }

        if (_runs.Count == 0)
        {
            return;
        }

        var (now, ring) = (DateTimeOffset.FromUnixTimeMilliseconds(call.TimeMs), (string?)null);
        if (_judged.TryGetValue(call.Account, out var judged) && judged.DetectedAt <= now)
        {
            ring = judged.Response >= Rung.Shape ? judged.Campaign : null;
            level = judged.DetectedAt + _policy.Responses.VerifyGrace <= now ? VerificationLevel.None : level;
        }

        var subject = new LimitSubject(call.KeyId, call.Account, call.Organization ?? account.Organization, call.Model, level, account.Programme, ring);
        foreach (var run in _runs)
        {
            if (await run.RefusalAsync(call, subject, _policy.Limits.CacheReadWeight, now) is { } refusal && run.Counts.Contains(refusal))
            {
                Limits.Add(refusal, call.Account);
            }
        }
    }

    // Whether an exchange was a batch's or used a file is not stored; whether it held reasoning neither, so all that may have are counted.
    static bool Applies(LevelRule rule, string? programme, string model) =>
        rule.Feature is GatedFeature.Models or GatedFeature.Reasoning
        && (rule.Models.Count == 0 || rule.Models.Any(pattern => ModelPattern.Matches(pattern, model)))
        && (rule.Programmes.Count == 0 || (programme is not null && rule.Programmes.Contains(programme)));

    void Add(Func<ILimiter> limiter, RuleMode counted, Func<LimitRule, bool> isHeld)
    {
        var rules = _policy.Limits.Rules.Where(isHeld).ToList();
        var names = rules.Where(rule => rule.Mode == counted).Select(rule => rule.Name).ToHashSet(StringComparer.Ordinal);
        var plan = new LimitPlan(_policy.Limits with { Rules = [.. rules.Select(rule => rule with { Mode = RuleMode.Enforce })] });
        _runs.Add(new Run(limiter(), plan, names));
    }

    sealed class Run(ILimiter limiter, LimitPlan plan, IReadOnlySet<string> counts)
    {
        readonly PriorityQueue<(LimitReservation Held, TokenUsage Use), long> _open = new();

        public IReadOnlySet<string> Counts => counts;

        /// <returns>The rule that refuses the exchange, null when it is admitted.</returns>
        public async ValueTask<string?> RefusalAsync(StoredCall call, LimitSubject subject, double cacheReadWeight, DateTimeOffset now)
        {
            while (_open.TryPeek(out var ended, out var endMs) && endMs <= call.TimeMs)
            {
                _open.Dequeue();
                limiter.Settle(ended.Held, ended.Use, isKnown: true, DateTimeOffset.FromUnixTimeMilliseconds(endMs));
            }

            var input = call.InputTokens + call.CacheWriteTokens + (long)Math.Round(call.CacheReadTokens * cacheReadWeight);
            var reservation = new LimitReservation();
            if (await limiter.ReserveAsync(plan, subject, new LimitDemand(1, input, call.OutputTokens), reservation, now) is { } refusal)
            {
                return refusal.Rule;
            }

            var use = new TokenUsage((int)call.InputTokens, (int)call.CacheReadTokens, (int)call.CacheWriteTokens, (int)call.OutputTokens);
            _open.Enqueue((reservation, use), call.TimeMs + call.LatencyMs);
            return null;
        }
    }
}
