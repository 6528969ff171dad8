using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Stillwatch.Benchmarks.Gateway;

namespace Stillwatch.Benchmarks.Gateway
{
    /// <summary>
    /// Asks a .NET process how many bytes it has allocated, without its help: the benchmark's own assembly is named as a start-up hook of the
    /// process and answers a signal with a file. Only for profiling; the measured runs carry nothing of it.
    /// </summary>
    internal static class AllocationProbe
    {
        const string Folder = "STILLWATCH_BENCH_ALLOCATED";
        const int UserSignal = 10; // SIGUSR1
        const long Patience = 2_000_000_000;

        /// <summary>Call before the start of a process that will be asked.</summary>
        public static void Prepare(ProcessStartInfo start)
        {
            start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(AllocationProbe).Assembly.Location;
            start.Environment[Folder] = Path.GetTempPath();
            start.Environment["DOTNET_PerfMapEnabled"] = "3"; // names of compiled methods, for perf
            start.Environment["DOTNET_EnableWriteXorExecute"] = "0"; // with it code lies in a mapping that perf cannot name
        }

        public static Func<long> For(int process) => () =>
        {
            var file = FileOf(Path.GetTempPath(), process);
            File.Delete(file);
            _ = Kill(process, UserSignal);
            for (var end = MonotonicClock.Now + Patience; !File.Exists(file) && MonotonicClock.Now < end;)
            {
                MonotonicClock.SleepUntil(MonotonicClock.Now + 1_000_000);
            }

            var bytes = File.Exists(file) ? long.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0;
            File.Delete(file);
            return bytes;
        };

        /// <summary>Runs in the process that is asked.</summary>
        public static void Answer()
        {
            if (Environment.GetEnvironmentVariable(Folder) is { } folder)
            {
                var registration = PosixSignalRegistration.Create((PosixSignal)UserSignal, signal =>
                {
                    signal.Cancel = true;
                    var file = FileOf(folder, Environment.ProcessId);
                    File.WriteAllText(file + "-new", GC.GetTotalAllocatedBytes(precise: true).ToString(CultureInfo.InvariantCulture));
                    File.Move(file + "-new", file, overwrite: true);
                });
                AppDomain.CurrentDomain.ProcessExit += (_, _) => registration.Dispose(); // keeps it alive until then
            }
        }

        static string FileOf(string folder, int process) => Path.Combine(folder, $"stillwatch-allocated-{process}");

        [DllImport("libc", EntryPoint = "kill")]
        static extern int Kill(int process, int signal);
    }
}

/// <summary>The name and place that the runtime looks for in a start-up hook.</summary>
internal static class StartupHook
{
    public static void Initialize() => AllocationProbe.Answer();
}
