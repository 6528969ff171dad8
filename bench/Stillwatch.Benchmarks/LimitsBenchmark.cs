using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Benchmarks;

/// <summary>What a limit costs: one admission is a reservation and its settling. Beside it, in the same run, the least that any limiter does: one Dictionary, no locks, no settling.</summary>
static class LimitsBenchmark
{
    const int Keys = 250_000;
    const int Admissions = 2_000_000;
    const int Rounds = 5;

    static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly TokenUsage Use = new(700, 20_000, 300, 400);

    public static void Run(TextWriter output)
    {
        var subjects = Enumerable.Range(0, Keys).Select(i => SubjectOf($"acct_{i:d6}")).ToArray();
        var order = Shuffled();
        output.WriteLine($"one admission = reserve + settle, best of {Rounds} rounds of {Admissions:N0}");
        var plain = Best(() => PlainNs(subjects, order));
        output.WriteLine($"plain Dictionary, no lock, one bucket, no settling, {Keys:N0} keys at random: {plain.Ns,7:N1} ns  1.00x  {plain.Bytes:N3} bytes");
        foreach (var (name, rules) in Policies())
        {
            var plan = new LimitPlan(new LimitPolicy { Rules = rules, Prices = [new ModelPrice("claude-*", 10_000, 50_000, 1_000, 12_500)] });
            using var limiter = new EmbeddedLimiter(null, TimeProvider.System, TimeProvider.System, NullLogger.Instance, 4_000_000);
            for (var i = 0; i < Keys; i++) // every budget is known before the clock runs
            {
                Admit(limiter, plan, subjects[i], new LimitReservation(), Start);
            }

            var spread = Best(() => SpreadNs(limiter, plan, subjects, order));
            output.WriteLine($"{name}, {Keys:N0} keys at random: {spread.Ns,7:N1} ns  {spread.Ns / plain.Ns,4:N2}x  {spread.Bytes:N3} bytes");
            foreach (var callers in (int[])[1, 8, 64])
            {
                var hot = Best(() => HotNs(limiter, plan, subjects[7], callers));
                output.WriteLine($"{name}, one key, {callers,2} callers:       {hot.Ns,7:N1} ns  {hot.Ns / plain.Ns,4:N2}x  {hot.Bytes:N3} bytes");
            }
        }
    }

    static IEnumerable<(string Name, LimitRule[] Rules)> Policies()
    {
        LimitRule[] rules =
        [
            Rule("account-rpm", Meter.Requests), Rule("key-rpm", Meter.Requests, LimitScope.Key), Rule("account-tpm", Meter.Tokens),
            Rule("account-otpm", Meter.OutputTokens), Rule("account-at-once", Meter.Concurrency), Rule("account-day", Meter.SpendNanoUsd),
        ];
        yield return ("1 rule ", rules[..1]);
        yield return ("6 rules", rules);
    }

    static LimitRule Rule(string name, Meter meter, LimitScope per = LimitScope.Account) => new()
    {
        Name = name,
        Per = per,
        Meter = meter,
        Amount = long.MaxValue / 1_000_000,
        Period = meter is Meter.Concurrency or Meter.SpendNanoUsd ? TimeSpan.Zero : TimeSpan.FromMinutes(1),
    };

    static LimitSubject SubjectOf(string account) => new("key_" + account, account, null, "claude-opus-4-1", VerificationLevel.Payment, null, null);

    static bool Admit(EmbeddedLimiter limiter, LimitPlan plan, in LimitSubject subject, LimitReservation reservation, DateTimeOffset now)
    {
        _ = limiter.ReserveAsync(plan, subject, new LimitDemand(1, 6_000, 4_096), reservation, now);
        var isAdmitted = reservation.IsOpen;
        limiter.Settle(reservation, Use, true, now);
        return isAdmitted;
    }

    static (double Ns, double Bytes) SpreadNs(EmbeddedLimiter limiter, LimitPlan plan, LimitSubject[] subjects, int[] order)
    {
        var reservation = new LimitReservation();
        return Measured(i => Admit(limiter, plan, subjects[order[i % Keys]], reservation, Start.AddTicks(i)));
    }

    static (double Ns, double Bytes) HotNs(EmbeddedLimiter limiter, LimitPlan plan, LimitSubject subject, int callers)
    {
        if (callers == 1)
        {
            var alone = new LimitReservation();
            return Measured(i => Admit(limiter, plan, subject, alone, Start.AddTicks(i)));
        }

        long bytes = 0;
        using var start = new Barrier(callers + 1);
        var threads = Enumerable.Range(0, callers).Select(_ => new Thread(() =>
        {
            var reservation = new LimitReservation();
            start.SignalAndWait();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Admissions / callers; i++)
            {
                Require(Admit(limiter, plan, subject, reservation, Start.AddTicks(i)));
            }

            Interlocked.Add(ref bytes, GC.GetAllocatedBytesForCurrentThread() - before);
        })).ToList();
        threads.ForEach(thread => thread.Start());
        start.SignalAndWait();
        var watch = Stopwatch.StartNew();
        threads.ForEach(thread => thread.Join());
        return (watch.Elapsed.TotalNanoseconds / Admissions, bytes / (double)Admissions);
    }

    // The state a textbook keeps: key to theoretical arrival time, one emission interval for all.
    static (double Ns, double Bytes) PlainNs(LimitSubject[] subjects, int[] order)
    {
        var arrivals = new Dictionary<string, long>(Keys, StringComparer.Ordinal);
        foreach (var subject in subjects)
        {
            arrivals[subject.Account] = 0;
        }

        const long Interval = 1, Burst = 1 << 30;
        return Measured(i =>
        {
            var now = Start.UtcTicks + i;
            ref var arrival = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(arrivals, subjects[order[i % Keys]].Account, out _);
            var next = Math.Max(arrival, now) + Interval;
            arrival = next - now <= Burst ? next : arrival;
            return next - now <= Burst;
        });
    }

    static (double Ns, double Bytes) Measured(Func<int, bool> admit)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < Admissions; i++)
        {
            Require(admit(i));
        }

        var ns = watch.Elapsed.TotalNanoseconds / Admissions;
        return (ns, (GC.GetAllocatedBytesForCurrentThread() - before) / (double)Admissions);
    }

    static (double Ns, double Bytes) Best(Func<(double Ns, double Bytes)> round)
    {
        round(); // compiled and warm
        return Enumerable.Range(0, Rounds).Select(_ => round()).MinBy(result => result.Ns);
    }

    static void Require(bool isAdmitted)
    {
        if (!isAdmitted)
        {
            throw new InvalidOperationException("A budget was refused that should never run out: the figures would be of refusals.");
        }
    }

    static int[] Shuffled()
    {
        var order = Enumerable.Range(0, Keys).ToArray();
        ulong state = 88172645463325252; // xorshift64, Marsaglia 2003
        for (var i = Keys - 1; i > 0; i--)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            var other = (int)(state % (ulong)(i + 1));
            (order[i], order[other]) = (order[other], order[i]);
        }

        return order;
    }
}
