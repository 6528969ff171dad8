using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// Nanoseconds of the kernel's monotonic clock, the same in every process of the machine: the mock writes it into an event, the client that
/// reads the event subtracts. And a sleep to an absolute time, since timers of the runtime tick in milliseconds.
/// </summary>
internal static class MonotonicClock
{
    const int Monotonic = 1; // CLOCK_MONOTONIC, which Stopwatch reads on Linux
    const int Absolute = 1; // TIMER_ABSTIME
    const int SetTimerSlack = 29; // PR_SET_TIMERSLACK; the default of 50 us would blur what is measured

    public static long Now => Stopwatch.GetTimestamp();

    public static long Of(TimeSpan span) => span.Ticks * 100;

    /// <summary>Blocks the calling thread; returns at once when the time has passed. A signal only shortens one turn of the loop.</summary>
    public static void SleepUntil(long nanoseconds)
    {
        var until = new Timespec(nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000);
        while (Now < nanoseconds)
        {
            _ = Sleep(Monotonic, Absolute, in until, 0);
        }
    }

    /// <summary>The calling thread wakes as exactly as the kernel can.</summary>
    public static void WakeExactly() => _ = Control(SetTimerSlack, 1, 0, 0, 0);

    [DllImport("libc", EntryPoint = "clock_nanosleep")]
    static extern int Sleep(int clock, int flags, in Timespec until, nint remaining);

    [DllImport("libc", EntryPoint = "prctl")]
    static extern int Control(int option, nuint value, nuint unused3, nuint unused4, nuint unused5);

    readonly record struct Timespec(long Seconds, long Nanoseconds);
}
