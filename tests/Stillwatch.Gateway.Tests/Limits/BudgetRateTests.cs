using System.Numerics;
using CsCheck;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Tests.Limits;

public sealed class BudgetRateTests
{
    const long Now = 638_000_000_000_000_000; // ticks, some day of 2022

    [Fact]
    public void Random_sequences_are_admitted_as_an_exact_oracle_admits_them()
    {
        var step = Gen.Select(Gen.Int[0, 5], Gen.Long[0, 400], Gen.Long[0, 60], Gen.Int[0, 100]);
        Gen.Select(Gen.Long[1, 997], Gen.Long[1, 5000], Gen.Long[1, 50], step.Array[1, 80]).Sample((amount, period, burst, steps) =>
        {
            var rate = new BudgetRate(amount, TimeSpan.FromTicks(period), burst);
            var oracle = new ExactBucket(amount, period, burst);
            var level = default(BudgetLevel);
            var (now, taken) = (Now, new List<(long Units, long FoundFull, long ExactFoundFull)>());
            foreach (var (kind, pause, units, pick) in steps)
            {
                now += pause;
                if (kind == 0 && taken.Count > 0)
                {
                    var one = taken[pick % taken.Count];
                    taken.Remove(one);
                    rate.GiveBack(ref level, Math.Min(one.Units, units), one.FoundFull);
                    oracle.GiveBack(Math.Min(one.Units, units), one.ExactFoundFull, now);
                }
                else if (kind == 1)
                {
                    rate.Charge(ref level, units, now);
                    oracle.Charge(units, now);
                }
                else
                {
                    var isTaken = rate.TryTake(ref level, Math.Min(units, burst), units, now, out var wait);
                    Assert.Equal(oracle.TryTake(Math.Min(units, burst), units, now, out var exactWait), isTaken);
                    Assert.Equal(exactWait, wait);
                    if (isTaken)
                    {
                        taken.Add((units, level.FoundFullTicks, oracle.FoundFull));
                    }
                }

                Assert.Equal(oracle.Remaining(now), rate.Remaining(level, now));
            }
        }, iter: 20_000);
    }

    [Fact]
    public void Fractions_of_a_tick_never_drift()
    {
        // 7 units in 3 ticks: after 30,000 ticks exactly 70,000 have come back, none lost to rounding.
        var rate = new BudgetRate(7, TimeSpan.FromTicks(3), 1);
        var (level, taken) = (default(BudgetLevel), 0);
        for (var tick = 0; tick < 30_000; tick++)
        {
            while (rate.TryTake(ref level, 1, 1, Now + tick, out _))
            {
                taken++;
            }
        }

        // A burst of one is taken once a tick at most: the emission interval is shorter than the clock's step.
        Assert.Equal(30_000, taken);
        var wide = new BudgetRate(7, TimeSpan.FromTicks(3), 100);
        (level, taken) = (default, 0);
        for (var tick = 0; tick <= 30_000; tick++)
        {
            while (wide.TryTake(ref level, 1, 1, Now + tick, out _))
            {
                taken++;
            }
        }

        Assert.Equal(70_000 + 100, taken);
    }

    [Theory]
    [InlineData(999_999_999_989, 1)]
    [InlineData(1, 365)]
    [InlineData(long.MaxValue / 4, 31)]
    public void Amounts_and_periods_of_any_size_do_not_overflow(long amount, int days)
    {
        var rate = new BudgetRate(amount, TimeSpan.FromDays(days), amount);
        var level = default(BudgetLevel);
        Assert.Equal(amount, rate.Remaining(level, Now));
        Assert.True(rate.TryTake(ref level, amount, amount, Now, out _));
        Assert.Equal(0, rate.Remaining(level, Now));
        Assert.False(rate.TryTake(ref level, amount, amount, Now, out var wait));
        Assert.Equal(TimeSpan.FromDays(days).Ticks, wait);
        for (var i = 0; i < 100; i++)
        {
            rate.Charge(ref level, long.MaxValue / 2, Now);
        }

        Assert.InRange(level.FullAgainTicks, Now, long.MaxValue / 2);
    }

    /// <summary>A bucket of water in whole numbers: one unit of its level is 1 / period of a budget's unit.</summary>
    sealed class ExactBucket(long amount, long period, long burst)
    {
        readonly BigInteger _whole = new BigInteger(burst) * period;
        BigInteger _free = new BigInteger(burst) * period;
        long _at;

        public long FoundFull { get; private set; }

        public bool TryTake(long fits, long charged, long now, out long wait)
        {
            Arrive(now);
            var missing = (new BigInteger(fits) * period) - _free;
            wait = missing > 0 && fits > 0 ? (long)((missing + amount - 1) / amount) : 0;
            _free -= wait == 0 ? new BigInteger(charged) * period : 0;
            return wait == 0;
        }

        public void Charge(long units, long now)
        {
            Arrive(now);
            _free -= new BigInteger(units) * period;
        }

        public void GiveBack(long units, long foundFull, long now)
        {
            Refill(now);
            _free = FoundFull > foundFull ? _free : BigInteger.Min(_whole, _free + (new BigInteger(units) * period));
        }

        public long Remaining(long now)
        {
            Refill(now);
            return (long)BigInteger.Max(0, _free / period);
        }

        void Arrive(long now)
        {
            Refill(now);
            FoundFull = _free == _whole ? now : FoundFull;
        }

        void Refill(long now)
        {
            _free = BigInteger.Min(_whole, _free + (new BigInteger(now - _at) * amount));
            _at = now;
        }
    }
}
