using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;
using Stillwatch.Storage.Spend;

namespace Stillwatch.Gateway.Tests.Limits;

/// <summary>A limiter, a clock and a plan of one policy, in the words of a test.</summary>
sealed class LimiterBench : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    public LimiterBench(LimitPolicy policy, SpendStore? store = null, int mostBudgets = EmbeddedLimiter.DefaultMostBudgets, DateTimeOffset? start = null)
    {
        Clock = new FakeTimeProvider(start ?? Start);
        Plan = new LimitPlan(policy);
        Limiter = new EmbeddedLimiter(store, Clock, Clock, NullLogger.Instance, mostBudgets);
    }

    public LimiterBench(params LimitRule[] rules)
        : this(new LimitPolicy { Rules = rules })
    {
    }

    public FakeTimeProvider Clock { get; }

    public LimitPlan Plan { get; set; }

    public EmbeddedLimiter Limiter { get; }

    public DateTimeOffset Now => Clock.GetUtcNow();

    public static LimitRule Rule(string name, Meter meter, long amount, LimitScope per = LimitScope.Account, TimeSpan? period = null) => new()
    {
        Name = name,
        Per = per,
        Meter = meter,
        Amount = amount,
        Period = meter is Meter.Concurrency or Meter.SpendNanoUsd ? TimeSpan.Zero : period ?? TimeSpan.FromMinutes(1),
    };

    public static LimitSubject Anna { get; } = new("key_1", "acct_anna", "org_1", "claude-opus-4-1", VerificationLevel.Payment, null, null);

    public static LimitSubject Account(string account) => Anna with { KeyId = "key_" + account, Account = account, Organization = null };

    /// <summary>Reserves in a reservation of its own, and asserts that it is open when and only when admitted.</summary>
    public (LimitRefusal? Refusal, LimitReservation Reservation) Reserve(LimitSubject subject, LimitDemand? demand = null)
    {
        var reservation = new LimitReservation();
        var answer = Limiter.ReserveAsync(Plan, subject, demand ?? new LimitDemand(1, 0, 0), reservation, Now);
        Assert.True(answer.IsCompletedSuccessfully);
        Assert.Equal(answer.Result is null, reservation.IsOpen);
        return (answer.Result, reservation);
    }

    public LimitReservation Admit(LimitSubject subject, LimitDemand? demand = null)
    {
        var (refusal, reservation) = Reserve(subject, demand);
        Assert.Null(refusal);
        return reservation;
    }

    public LimitRefusal Refuse(LimitSubject subject, LimitDemand? demand = null)
    {
        var refusal = Reserve(subject, demand).Refusal;
        Assert.NotNull(refusal);
        return refusal;
    }

    /// <summary>How many of as many requests as it takes are admitted at this instant.</summary>
    public int AdmittedOf(int requests, LimitSubject subject, LimitDemand? demand = null) =>
        Enumerable.Range(0, requests).Count(_ => Reserve(subject, demand).Refusal is null);

    public void Settle(LimitReservation reservation, int input = 0, int output = 0, bool isKnown = true, int cacheRead = 0, int cacheWrite = 0) =>
        Limiter.Settle(reservation, new TokenUsage(input, cacheRead, cacheWrite, output), isKnown, Now);

    public void Dispose() => Limiter.Dispose();
}
