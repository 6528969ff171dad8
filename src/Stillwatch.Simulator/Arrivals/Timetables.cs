using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Arrivals;

/// <summary>Ways to spread an account's exchanges over the log. All return slots in order of time, inside the span.</summary>
static class Timetables
{
    const double HourMs = 3_600_000;

    /// <summary>Awake people: share of sessions begun in each local hour, an office-and-evening profile.</summary>
    static readonly double[] s_day =
        [1.2, 0.7, 0.4, 0.3, 0.3, 0.5, 1.1, 2.2, 4.0, 5.6, 6.3, 6.4, 5.6, 5.9, 6.4, 6.4, 6.0, 5.4, 5.0, 5.2, 5.6, 5.2, 3.9, 2.3];

    /// <summary>A person: sessions by day in their time zone, pauses to think of a minute or so within.</summary>
    public static Slot[] Person(SeededRandom random, int count, double fromMs, double toMs, double perSession, double pauseSeconds = 75)
    {
        var zone = random.Between(0, 23);
        var owl = random.Between(-2, 3);
        var sessions = new List<(double Start, int Size)>();
        for (var left = count; left > 0;)
        {
            var size = Math.Min(left, 1 + (int)random.Exponential(perSession - 0.5));
            sessions.Add((Awake(random, fromMs, toMs, zone + owl), size));
            left -= size;
        }

        sessions.Sort();
        var slots = new List<Slot>(count);
        var clock = fromMs;
        foreach (var (start, size) in sessions)
        {
            clock = Math.Max(clock, start);
            for (var exchange = 0; exchange < size && clock < toMs; exchange++)
            {
                slots.Add(new Slot((uint)clock, exchange == 0));
                clock += 1000 * Math.Clamp(random.LogNormal(pauseSeconds, 0.9), 3, 1800);
            }
        }

        return [.. slots];
    }

    /// <summary>A program: a renewal process with gamma gaps, stretched by the load profile of a real client.</summary>
    public static Slot[] Program(SeededRandom random, int count, double fromMs, double toMs, ArrivalProfile profile)
    {
        var windows = Math.Max(1, (int)Math.Ceiling((toMs - fromMs) / ArrivalTraces.WindowMs));
        var offset = random.Below(profile.Rates.Length);
        var total = 0.0;
        for (var window = 0; window < windows; window++)
        {
            total += profile.Rates[(offset + window) % profile.Rates.Length];
        }

        if (total <= 0)
        {
            return Regular(random, count, fromMs, toMs, 0.3);
        }

        var gaps = new double[count + 1];
        var sum = 0.0;
        for (var gap = 0; gap < gaps.Length; gap++)
        {
            sum += gaps[gap] = random.GammaGap(profile.Cv);
        }

        var slots = new List<Slot>(count);
        var passed = 0.0;
        var window2 = 0;
        var before = 0.0;
        for (var exchange = 0; exchange < count; exchange++)
        {
            passed += gaps[exchange] / sum * total;
            double rate = profile.Rates[(offset + window2) % profile.Rates.Length];
            while (before + rate < passed && window2 < windows - 1)
            {
                before += rate;
                window2++;
                rate = profile.Rates[(offset + window2) % profile.Rates.Length];
            }

            var inside = rate > 0 ? Math.Clamp((passed - before) / rate, 0, 0.999) : 0;
            var time = fromMs + ((window2 + inside) * ArrivalTraces.WindowMs);
            slots.Add(new Slot((uint)Math.Min(time, toMs - 1), true));
        }

        return [.. slots];
    }

    /// <summary>A clock: equal gaps with a little noise, as cron jobs and load tests have.</summary>
    /// <param name="noiseRatio">Deviation of a gap against its mean.</param>
    public static Slot[] Regular(SeededRandom random, int count, double fromMs, double toMs, double noiseRatio)
    {
        var gap = (toMs - fromMs) / (count + 1);
        var times = new List<double>(count);
        for (var exchange = 1; exchange <= count; exchange++)
        {
            times.Add(Math.Clamp(fromMs + (gap * (exchange + (noiseRatio * random.Normal()))), fromMs, toMs - 1));
        }

        times.Sort();
        return [.. times.Select(time => new Slot((uint)time, true))];
    }

    /// <summary>
    /// A campaign account: a few working spells of one to three hours at any time of the day. The ring runs round the clock although none of its
    /// accounts does, which is how pools rest their accounts; some run evenly all the same.
    /// </summary>
    public static Slot[] Shifts(SeededRandom random, int count, double fromMs, double toMs, bool evenly)
    {
        if (evenly)
        {
            return Program(random, count, fromMs, toMs, new ArrivalProfile([1], random.Between(0.6, 1.3)));
        }

        var spells = new List<(double Start, double Length)>();
        // Two to six in two days, in ten days five times as many.
        var spans = Math.Max(1, (int)Math.Round((toMs - fromMs) / (48 * HourMs)));
        for (var spell = random.Between(2, 6) * spans; spell > 0; spell--)
        {
            var length = Math.Min(toMs - fromMs, random.LogNormal(1.3 * HourMs, 0.6));
            spells.Add((random.Between(fromMs, toMs - length), length));
        }

        var times = new List<double>(count);
        for (var exchange = 0; exchange < count; exchange++)
        {
            var (start, length) = random.Pick(spells);
            times.Add(start + (random.NextRatio() * length));
        }

        times.Sort();
        return Sessions(times);
    }

    /// <summary>A course or an event: work swells towards a common end, then stops.</summary>
    public static Slot[] Deadline(SeededRandom random, int count, double fromMs, double deadlineMs, double lengthMs)
    {
        var times = new List<double>(count);
        var start = Math.Max(fromMs, deadlineMs - lengthMs);
        var mine = random.Between(start, deadlineMs - ((deadlineMs - start) * 0.1));
        for (var exchange = 0; exchange < count; exchange++)
        {
            times.Add(mine + ((deadlineMs - mine) * Math.Sqrt(random.NextRatio())));
        }

        times.Sort();
        return Sessions(times);
    }

    /// <summary>Ordered times as slots: ten minutes of silence begin a new session.</summary>
    public static Slot[] Sessions(IReadOnlyList<double> times)
    {
        var slots = new Slot[times.Count];
        for (var exchange = 0; exchange < slots.Length; exchange++)
        {
            slots[exchange] = new Slot((uint)times[exchange], exchange == 0 || times[exchange] - times[exchange - 1] > 600_000);
        }

        return slots;
    }

    static double Awake(SeededRandom random, double fromMs, double toMs, double zone)
    {
        for (var attempt = 0; attempt < 60; attempt++)
        {
            var time = random.Between(fromMs, toMs);
            var hour = (int)((((time / HourMs) + zone) % 24 + 24) % 24);
            if (random.NextRatio() * 6.4 < s_day[hour])
            {
                return time;
            }
        }

        return random.Between(fromMs, toMs);
    }
}
