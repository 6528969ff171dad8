using System.Collections.Concurrent;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

/// <summary>Real threads, let go at once.</summary>
public sealed class ParallelTests
{
    [Theory]
    [InlineData(nameof(Meter.Requests))]
    [InlineData(nameof(Meter.Tokens))]
    [InlineData(nameof(Meter.Concurrency))]
    [InlineData(nameof(Meter.SpendNanoUsd))]
    public void Of_many_parallel_requests_against_a_limit_of_one_one_is_admitted(string meterName)
    {
        var meter = Enum.Parse<Meter>(meterName);
        using var bench = new LimiterBench(new LimitPolicy { Rules = [Rule("one", meter, 1)], Prices = [new ModelPrice("*", 1, 0, 0, 0)] });
        for (var round = 0; round < 200; round++)
        {
            var subject = Account($"acct_{round}");
            Assert.Equal(1, InParallel(16, _ => bench.Reserve(subject, new LimitDemand(1, 1, 0)).Refusal is null ? 1 : 0));
        }
    }

    [Fact]
    public void A_hot_key_with_64_callers_counts_exactly()
    {
        using var bench = new LimiterBench(
            Rule("account", Meter.Tokens, 30_000, period: TimeSpan.FromDays(1)), Rule("key", Meter.Requests, 1_000_000, LimitScope.Key), Rule("model", Meter.Requests, 1_000_000, LimitScope.Model));
        var admitted = InParallel(64, caller =>
        {
            var reservation = new LimitReservation();
            var kept = 0;
            for (var i = 0; i < 2000; i++)
            {
                if (!bench.Limiter.ReserveAsync(bench.Plan, Anna, new LimitDemand(1, 1, 0), reservation, bench.Now).IsCompletedSuccessfully || !reservation.IsOpen)
                {
                    continue;
                }

                // Every second one comes to nothing and gives its token back.
                var keeps = (i + caller) % 2 == 0;
                bench.Limiter.Settle(reservation, new TokenUsage(keeps ? 1 : 0, 0, 0, 0), true, bench.Now);
                kept += keeps ? 1 : 0;
            }

            return kept;
        });
        Assert.Equal(30_000, admitted + bench.AdmittedOf(60_000, Anna, new LimitDemand(1, 1, 0)));
        Assert.Equal(0, bench.AdmittedOf(1, Anna, new LimitDemand(1, 1, 0)));
    }

    [Fact]
    public void Exchanges_over_the_same_budgets_in_any_order_neither_lock_up_nor_lose_a_unit()
    {
        // Each pair of account and model shares one budget with every other pair; all stripes are taken in all combinations.
        using var bench = new LimiterBench(
            Rule("account", Meter.Concurrency, 4), Rule("model", Meter.Concurrency, 6, LimitScope.Model), Rule("organization", Meter.Concurrency, 20, LimitScope.Organization));
        var running = new ConcurrentDictionary<string, int>();
        InParallel(16, caller =>
        {
            for (var i = 0; i < 3000; i++)
            {
                var subject = Anna with { Account = $"a{(caller + i) % 7}", Model = $"m{(caller * i) % 5}" };
                var (refusal, reservation) = bench.Reserve(subject);
                if (refusal is null)
                {
                    Assert.InRange(running.AddOrUpdate(subject.Account, 1, (_, n) => n + 1), 1, 4);
                    Assert.InRange(running.AddOrUpdate(subject.Model, 1, (_, n) => n + 1), 1, 6);
                    running.AddOrUpdate(subject.Account, 0, (_, n) => n - 1);
                    running.AddOrUpdate(subject.Model, 0, (_, n) => n - 1);
                    bench.Settle(reservation);
                }
            }

            return 0;
        });
        Assert.Equal(0, bench.Limiter.Budgets);
    }

    static int InParallel(int callers, Func<int, int> call)
    {
        using var start = new Barrier(callers);
        var sum = 0;
        Exception? fault = null;
        var threads = Enumerable.Range(0, callers).Select(caller => new Thread(() =>
        {
            start.SignalAndWait();
            try
            {
                Interlocked.Add(ref sum, call(caller));
            }
            catch (Exception e) when (Interlocked.CompareExchange(ref fault, e, null) is null)
            {
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Assert.Null(fault);
        return sum;
    }
}
