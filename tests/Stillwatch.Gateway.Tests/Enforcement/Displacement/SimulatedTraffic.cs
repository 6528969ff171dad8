using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;

namespace Stillwatch.Gateway.Tests.Enforcement.Displacement;

/// <summary>How the accounts of a suspected ring come by their work.</summary>
enum Habit
{
    /// <summary>One dispatcher hands every job to the account with the least behind it; a refused job goes to the next at once.</summary>
    Dispatched,

    /// <summary>People in sessions; who is refused tries again when told to, or gives up.</summary>
    Independent,

    /// <summary>A class that works ever harder until its deadline and then stops; everybody else lives as always.</summary>
    Classroom,

    /// <summary>Everybody comes, three times as many, and slowly goes.</summary>
    Surge,

    /// <summary>People whose day is six hours behind everybody else's.</summary>
    Diurnal,

    /// <summary>A class that works in one session of an hour, all at once, again and again; everybody else lives as always.</summary>
    Lessons,
}

/// <summary>Minutes of scripted traffic through a desk, until the trials of one ring are done.</summary>
sealed class SimulatedTraffic(Habit habit, ulong seed, int accounts)
{
    const int MaxMinutes = 3 * 1440;
    const double PerAccountPerMinute = 0.5;
    const double ControlPerMinute = 60;

    static readonly DateTimeOffset Start = new(2026, 2, 1, 0, 0, 0, TimeSpan.Zero);

    readonly string[] _ring = [.. Enumerable.Range(0, accounts).Select(i => $"ring_{i:00}")];
    readonly double[] _heldUntil = new double[accounts];
    readonly int[] _done = new int[accounts];
    readonly bool[] _inSession = new bool[accounts];
    readonly Queue<int>[] _retries = [.. Enumerable.Range(0, accounts).Select(_ => new Queue<int>())];
    ulong _state = (seed + 1) * 0x9E3779B97F4A7C15;
    double _eventMinute;

    public DisplacementDesk Desk { get; } = new(new DisplacementDraw(DetectionKey.FromText($"draw {seed}")), NullLogger<DisplacementDesk>.Instance);

    public List<DisplacementFinding> Run(int trials)
    {
        var findings = new List<DisplacementFinding>();
        var policy = new DisplacementPolicy { IsOn = true, MaxTrials = trials };
        var responses = _ring.ToDictionary(a => a, _ => new AccountResponse(Rung.Shape, "case_1", Start, Start.AddDays(30), null));
        _eventMinute = 300 + (Uniform() * 900);
        for (var minute = 0; minute < MaxMinutes && findings.Count < trials; minute++)
        {
            if (minute % 5 == 0)
            {
                Desk.Plan(responses, policy, Start.AddMinutes(minute)); // counting moves the windows too
            }

            for (var n = Poisson(ControlPerMinute * Level(minute, isRing: false)); n > 0; n--)
            {
                Desk.Count("somebody else", At(minute));
            }

            if (habit == Habit.Dispatched)
            {
                Dispatch(minute);
            }
            else
            {
                LivePeople(minute);
            }

            while (Desk.TryTake(out var finding))
            {
                findings.Add(finding);
            }
        }

        return findings;
    }

    void Dispatch(int minute)
    {
        for (var n = Poisson(PerAccountPerMinute * accounts); n > 0; n--)
        {
            foreach (var i in Enumerable.Range(0, accounts).Where(i => _heldUntil[i] <= minute).OrderBy(i => _done[i]).ThenBy(_ => Next()).ToList())
            {
                _done[i]++;
                if (Send(i, minute, out var retryMinutes))
                {
                    break;
                }

                _heldUntil[i] = minute + retryMinutes;
            }
        }
    }

    void LivePeople(int minute)
    {
        var level = Level(minute, isRing: true);
        for (var i = 0; i < accounts; i++)
        {
            // Sessions of twenty minutes, one hour apart on average: a quarter of the people are at it at any time.
            _inSession[i] = _inSession[i] ? Uniform() > 1 / 20.0 : Uniform() < level / 60.0;
            var wanted = _retries[i].Count > 0 && _retries[i].Peek() <= minute ? 1 : 0;
            wanted += _inSession[i] ? Poisson(PerAccountPerMinute * 4) : 0;
            for (; wanted > 0; wanted--)
            {
                if (_retries[i].TryPeek(out var due) && due <= minute)
                {
                    _retries[i].Dequeue();
                }

                if (!Send(i, minute, out var retryMinutes) && Uniform() < 0.5)
                {
                    _retries[i].Enqueue(minute + (int)Math.Ceiling(retryMinutes));
                }
            }
        }
    }

    bool Send(int i, int minute, out double retryMinutes)
    {
        var at = At(minute);
        var admitted = Desk.Admits(_ring[i], at, out var retryAfter);
        retryMinutes = retryAfter.TotalMinutes;
        if (admitted)
        {
            Desk.Count(_ring[i], at);
        }

        return admitted;
    }

    /// <summary>Traffic against the ordinary.</summary>
    double Level(int minute, bool isRing) => habit switch
    {
        Habit.Classroom when isRing => minute > _eventMinute ? 0.1 : 0.2 + (4 * Math.Exp((minute - _eventMinute) / 120)),
        Habit.Lessons when isRing => (minute + (int)_eventMinute) % 180 < 60 ? 4 : 0.3,
        Habit.Surge => minute < _eventMinute ? 1 : 1 + (3 * Math.Exp((_eventMinute - minute) / 240)),
        Habit.Diurnal => 1 + (0.8 * Math.Sin(2 * Math.PI * (minute - (isRing ? 360 : 0)) / 1440)),
        _ => 1,
    };

    DateTimeOffset At(int minute) => Start.AddMinutes(minute + Uniform());

    /// <summary>Knuth's method for small means, sums of it for larger ones.</summary>
    int Poisson(double mean)
    {
        var count = 0;
        for (; mean > 0; mean -= 20)
        {
            var limit = Math.Exp(-Math.Min(20, mean));
            for (var product = Uniform(); product > limit; product *= Uniform())
            {
                count++;
            }
        }

        return count;
    }

    double Uniform() => (Next() >> 11) / (double)(1UL << 53);

    /// <summary>splitmix64 (Steele, Lea, Flood 2014).</summary>
    ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
