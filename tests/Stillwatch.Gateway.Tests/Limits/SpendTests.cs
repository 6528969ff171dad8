using Microsoft.Data.Sqlite;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;
using Stillwatch.Storage.Spend;
using static Stillwatch.Gateway.Tests.Limits.LimiterBench;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class SpendTests
{
    const long Dollar = 1_000_000_000;

    // $10 for a million tokens in, $50 out.
    static readonly LimitPolicy Policy = new()
    {
        Rules = [Rule("day", Meter.SpendNanoUsd, 10 * Dollar), Rule("month", Meter.SpendNanoUsd, 25 * Dollar) with { SpendPeriod = SpendPeriod.Month }],
        Prices = [new ModelPrice("claude-*", 10_000, 50_000, 1_000, 12_500)],
    };

    static readonly LimitDemand TwoDollars = new(1, 100_000, 20_000);

    [Fact]
    public void Money_is_reserved_settled_and_refused_until_the_next_day()
    {
        using var bench = new LimiterBench(Policy);
        bench.Settle(bench.Admit(Anna, TwoDollars), input: 100_000, output: 100_000, cacheRead: 1_000_000, cacheWrite: 80_000); // $8
        bench.Admit(Anna, TwoDollars);
        var refusal = bench.Refuse(Anna, TwoDollars);
        Assert.Equal((429, "spend_limit_reached", false, null), (refusal.Error.Status, refusal.Error.Code, refusal.Error.ShouldRetry, refusal.RetryAfter));
        Assert.Contains("'day' of $10 a day", refusal.Error.Message);
        Assert.Equal(Meter.SpendNanoUsd, refusal.Meter);
        bench.Clock.Advance(TimeSpan.FromHours(12));
        Assert.Equal(5, bench.AdmittedOf(9, Anna, TwoDollars)); // another UTC day
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(2, bench.AdmittedOf(9, Anna, TwoDollars)); // $24 of the month's $25
        Assert.Equal("month", bench.Refuse(Anna, TwoDollars).Rule);
        bench.Clock.Advance(TimeSpan.FromDays(30));
        Assert.Equal(5, bench.AdmittedOf(9, Anna, TwoDollars));
    }

    [Fact]
    public void A_model_without_a_price_spends_nothing()
    {
        using var bench = new LimiterBench(Policy);
        Assert.Equal(99, bench.AdmittedOf(99, Anna with { Model = "free" }, TwoDollars));
        Assert.Equal(0, bench.Limiter.Budgets);
    }

    [Fact]
    public void What_a_day_owes_is_not_given_back_to_the_next()
    {
        using var bench = new LimiterBench(Policy, start: new DateTimeOffset(2026, 3, 10, 23, 59, 59, TimeSpan.Zero));
        var late = bench.Admit(Anna, TwoDollars);
        bench.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(4, bench.AdmittedOf(4, Anna, TwoDollars));
        bench.Settle(late);
        Assert.Equal(1, bench.AdmittedOf(9, Anna, TwoDollars));
    }

    [Fact]
    public void Money_survives_a_restart_and_what_was_in_flight_counts()
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Lock(directory.Path);
        using (var store = SpendStore.Open(data.SpendPath))
        using (var bench = new LimiterBench(Policy, store))
        {
            bench.Settle(bench.Admit(Anna, TwoDollars), input: 200_000);
            bench.Admit(Anna, TwoDollars); // never settled
        }

        using (var store = SpendStore.Open(data.SpendPath))
        using (var bench = new LimiterBench(Policy, store))
        {
            Assert.Equal(3, bench.AdmittedOf(9, Anna, TwoDollars));
        }

        using (var store = SpendStore.Open(data.SpendPath))
        using (var bench = new LimiterBench(Policy, store, start: Start.AddDays(1)))
        {
            Assert.Equal(5, bench.AdmittedOf(9, Anna, TwoDollars));
            Assert.Equal("day", bench.Refuse(Anna, TwoDollars).Rule);
        }
    }

    [Fact]
    public void A_killed_process_loses_at_most_what_came_after_the_last_second()
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Lock(directory.Path);
        using var store = SpendStore.Open(data.SpendPath);
        using var killed = new LimiterBench(Policy, store);
        Assert.Equal(4, killed.AdmittedOf(4, Anna, TwoDollars));
        killed.Clock.Advance(TimeSpan.FromSeconds(1));
        killed.Admit(Anna, TwoDollars); // in the second that is lost

        // Not disposed: another process finds what is on the disk.
        using var next = SpendStore.Open(data.SpendPath);
        using var bench = new LimiterBench(Policy, next);
        Assert.Equal(1, bench.AdmittedOf(9, Anna, TwoDollars));
    }

    [Fact]
    public void Ended_periods_leave_the_disk()
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Lock(directory.Path);
        using var store = SpendStore.Open(data.SpendPath);
        using var bench = new LimiterBench(Policy, store);
        bench.Admit(Anna, TwoDollars);
        bench.Limiter.Flush();
        Assert.Equal(2, store.Load(0).Count);
        bench.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal((int)SpendPeriod.Month, Assert.Single(store.Load(0)).Period);
    }

    [Fact]
    public void A_failing_store_refuses_money_alone_when_closed_and_recovers()
    {
        using var broken = new BrokenStore();
        using var bench = new LimiterBench(Policy with { Rules = [.. Policy.Rules, Rule("rpm", Meter.Requests, 100)] }, broken.Store);
        broken.Break();
        bench.Admit(Anna, TwoDollars);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bench.Limiter.IsStoreFailing);
        var refusal = bench.Refuse(Anna, TwoDollars);
        Assert.Equal((503, "limits_unavailable"), (refusal.Error.Status, refusal.Error.Code));
        Assert.Equal(1, bench.Limiter.Tally.Of(refusal.Rule, LimitOutcome.RefusedStoreFailed));
        bench.Admit(Anna with { Model = "free" });
        broken.Mend();
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(bench.Limiter.IsStoreFailing);
        Assert.Equal(4, bench.AdmittedOf(9, Anna, TwoDollars)); // what was spent meanwhile was kept and written
        Assert.Equal(2 * Dollar, broken.Store.Load(0).First(spend => spend.Rule == "day").NanoUsd);
    }

    [Fact]
    public void A_failing_store_serves_and_counts_when_open_and_memory_stays_bounded()
    {
        using var broken = new BrokenStore();
        using var bench = new LimiterBench(Policy with { OnStoreFailure = StoreFailure.Open }, broken.Store, mostBudgets: 640);
        broken.Break();
        bench.Admit(Anna, TwoDollars);
        bench.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(bench.Limiter.IsStoreFailing);
        Assert.Equal(5000, Enumerable.Range(0, 5000).Count(i => bench.Reserve(Account($"acct_{i}"), TwoDollars).Refusal is null));
        Assert.InRange(bench.Limiter.Budgets, 600, 640);
        var tally = bench.Limiter.Tally;
        Assert.InRange(tally.Of("day", LimitOutcome.ServedStoreFailed), 100, 640);
        Assert.Equal(5000, tally.Of("day", LimitOutcome.ServedStoreFailed) + tally.Of("day", LimitOutcome.ServedTableFull));

        // What memory knows to be spent is refused all the same.
        Assert.Equal(4, bench.AdmittedOf(9, Anna, TwoDollars));
    }

    [Fact]
    public void A_repair_reduces_what_the_account_spent_and_that_is_written_too()
    {
        using var directory = new TemporaryDirectory();
        using var data = DataDirectory.Lock(directory.Path);
        using var store = SpendStore.Open(data.SpendPath);
        using var bench = new LimiterBench(Policy, store);
        Assert.Equal(5, bench.AdmittedOf(9, Anna, TwoDollars));
        bench.Limiter.Flush();
        bench.Limiter.Repair("acct_anna", 4 * Dollar, bench.Now);
        bench.Limiter.Flush();
        Assert.All(store.Load(0), spend => Assert.Equal(6 * Dollar, spend.NanoUsd));
        Assert.Equal(2, bench.AdmittedOf(9, Anna, TwoDollars));
    }

    [Fact]
    public void Months_and_days_end_where_the_calendar_says()
    {
        static DateTime End(SpendPeriod period, string now) =>
            new(SpendPeriods.EndOf(period, DateTimeOffset.Parse(now).UtcTicks), DateTimeKind.Utc);
        Assert.Equal(new DateTime(2028, 3, 1), End(SpendPeriod.Month, "2028-02-29T23:59:59.9999999Z"));
        Assert.Equal(new DateTime(2027, 1, 1), End(SpendPeriod.Month, "2026-12-01T00:00:00Z"));
        Assert.Equal(new DateTime(2026, 12, 2), End(SpendPeriod.Day, "2026-12-01T00:00:00Z"));
        Assert.Equal(new DateTime(2026, 12, 1), End(SpendPeriod.Day, "2026-11-30T23:59:59.9999999Z"));
    }

    /// <summary>A real file whose table another connection takes away and brings back.</summary>
    sealed class BrokenStore : IDisposable
    {
        readonly TemporaryDirectory _directory = new();
        readonly DataDirectory _data;
        readonly SqliteConnection _other;

        public BrokenStore()
        {
            _data = DataDirectory.Lock(_directory.Path);
            Store = SpendStore.Open(_data.SpendPath);
            _other = new SqliteConnection($"Data Source={_data.SpendPath};Pooling=False");
            _other.Open();
        }

        public SpendStore Store { get; }

        public void Break() => Run("ALTER TABLE spend RENAME TO gone");

        public void Mend() => Run("ALTER TABLE gone RENAME TO spend");

        public void Dispose()
        {
            _other.Dispose();
            Store.Dispose();
            _data.Dispose();
            _directory.Dispose();
        }

        void Run(string sql)
        {
            using var command = _other.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
