using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Benchmarks;

/// <summary>What a limit costs: one admission is a reservation and its settling. Beside it, in the same run, the least that any limiter
/// does: one Dictionary, no locks, no settling.</summary>
static class LimitsBenchmark
{
    const int Keys = 250_000;
    const int Admissions = 1_000_000;
    const int Rounds = 5;

    static readonly DateTimeOffset Start = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    static readonly TokenUsage Use = new(700, 20_000, 300, 400);

    public static void Run(TextWriter output)
    {
        var subjects = Enumerable.Range(0, Keys).Select(i => SubjectOf($"acct_{i:d6}")).ToArray();
        var order = Shuffled();
        output.WriteLine($"one admission = reserve + settle, CPU time of all callers, best of {Rounds} rounds of {Admissions:N0}");
        output.WriteLine("bytes are those of the callers' threads; a thread's first wait for a lock allocates some 100 once");
        var plain = Best(() => PlainNs(subjects, order));
        Write(output, $"plain Dictionary, {Keys:N0} keys at random", plain, plain);
        foreach (var (name, rules) in Policies())
        {
            var price = new ModelPrice("claude-*", 10_000, 50_000, 1_000, 12_500);
            var plan = new LimitPlan(new LimitPolicy { Rules = rules, Prices = [price] });
            using var limiter = new EmbeddedLimiter(null, TimeProvider.System, TimeProvider.System, NullLogger.Instance, 4_000_000);
            for (var i = 0; i < Keys; i++) // every budget is known before the clock runs
            {
                Admit(limiter, plan, subjects[i], new LimitReservation(), Start);
            }

            Write(output, $"{name}, {Keys:N0} keys at random", Best(() => SpreadNs(limiter, plan, subjects, order)), plain);
            foreach (var callers in (int[])[1, 8, 64])
            {
                Write(output, $"{name}, one key, {callers,2} callers", Best(() => HotNs(limiter, plan, subjects[7], callers)), plain);
            }
        }
    }

    static void Write(TextWriter output, string what, (double Ns, double Bytes) found, (double Ns, double Bytes) plain) =>
        output.WriteLine($"{what,-44} {found.Ns,8:N1} ns {found.Ns / plain.Ns,6:N2}x {found.Bytes,5:N2} bytes");

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
        Amount = meter == Meter.SpendNanoUsd ? long.MaxValue / 2 : long.MaxValue / 1_000_000, // never used up
        Period = meter is Meter.Concurrency or Meter.SpendNanoUsd ? TimeSpan.Zero : TimeSpan.FromMinutes(1),
    };

    static LimitSubject SubjectOf(string account) =>
        new("key_" + account, account, null, "claude-opus-4-1", VerificationLevel.Payment, null, null);

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
        var cpu = Environment.CpuUsage.TotalTime;
        threads.ForEach(thread => thread.Join());
        return ((Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / Admissions, bytes / (double)Admissions);
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
            ref var arrival = ref CollectionsMarshal.GetValueRefOrAddDefault(arrivals, subjects[order[i % Keys]].Account, out _);
            var next = Math.Max(arrival, now) + Interval;
            arrival = next - now <= Burst ? next : arrival;
            return next - now <= Burst;
        });
    }

    static (double Ns, double Bytes) Measured(Func<int, bool> admit)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var cpu = Environment.CpuUsage.TotalTime;
        for (var i = 0; i < Admissions; i++)
        {
            Require(admit(i));
        }

        var ns = (Environment.CpuUsage.TotalTime - cpu).TotalNanoseconds / Admissions;
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
