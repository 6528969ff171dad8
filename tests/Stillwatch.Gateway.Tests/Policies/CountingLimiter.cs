using System.Globalization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>The least that is a limiter: so many requests per subject in all, so many at once. Holds only the plan it is given.</summary>
sealed class CountingLimiter : ILimiter
{
    readonly Dictionary<string, long> _taken = new(StringComparer.Ordinal);
    readonly Dictionary<LimitReservation, List<string>> _atOnce = [];

    /// <summary>Exchanges admitted and not settled.</summary>
    public int Open => _atOnce.Count;

    public ValueTask<LimitRefusal?> ReserveAsync(LimitPlan plan, LimitSubject subject, LimitDemand demand, LimitReservation reservation, DateTimeOffset now)
    {
        var applying = plan.Policy.Rules.Where(rule => rule.Levels.Count == 0 || rule.Levels.Contains(subject.Level))
            .Select(rule => (Rule: rule, Key: rule.Per == LimitScope.Ring ? subject.Ring : subject.Account)).Where(pair => pair.Key is not null)
            .Select(pair => (pair.Rule, Key: string.Create(CultureInfo.InvariantCulture, $"{pair.Rule.Name} {pair.Key}"))).ToList();
        foreach (var (rule, key) in applying)
        {
            Assert.Equal(Stillwatch.Gateway.Policies.RuleMode.Enforce, rule.Mode);
            if (_taken.GetValueOrDefault(key) >= rule.Amount)
            {
                return new(new LimitRefusal(rule.Name, rule.Meter, null, new GatewayError(429, "limit_exceeded", "Too many.")));
            }
        }

        reservation.Open();
        applying.ForEach(pair => _taken[pair.Key] = _taken.GetValueOrDefault(pair.Key) + 1);
        _atOnce.Add(reservation, [.. applying.Where(pair => pair.Rule.Meter == Meter.Concurrency).Select(pair => pair.Key)]);
        return new((LimitRefusal?)null);
    }

    public void Settle(LimitReservation reservation, in TokenUsage use, bool isKnown, DateTimeOffset now)
    {
        Assert.True(isKnown && reservation.TryClose());
        Assert.True(_atOnce.Remove(reservation, out var held)); // exactly once
        held.ForEach(key => _taken[key]--);
    }

    public void Release(LimitReservation reservation, DateTimeOffset now) => throw new NotSupportedException();

    public void Repair(string account, long spendNanoUsd, DateTimeOffset now) => throw new NotSupportedException();
}
