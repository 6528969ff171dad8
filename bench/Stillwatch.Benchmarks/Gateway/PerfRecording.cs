using System.Diagnostics;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>Samples a proxy while it is measured, where perf is installed; the file stays, and the command that reads it is printed.</summary>
internal sealed class PerfRecording(Process perf) : IDisposable
{
    public static PerfRecording? Start(ProxyTarget target, Workload workload, string loop, TextWriter progress)
    {
        if (!File.Exists("/usr/bin/perf"))
        {
            return null;
        }

        var file = Path.Combine(Path.GetTempPath(), $"stillwatch-{target.Name}-{workload.Name}-{loop}.perf");
        progress.WriteLine($"perf report --stdio --no-children -g none --sort symbol -i {file}");
        // A run of the mill kernel in a virtual machine has no cycle counter; the clock will do.
        return new PerfRecording(Process.Start(new ProcessStartInfo("perf", ["record", "-q", "-e", "cpu-clock", "-F", "999", "-g", "-p", $"{target.Process.Root}", "-o", file])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!);
    }

    public void Dispose()
    {
        if (!perf.HasExited)
        {
            using var interrupt = Process.Start("kill", ["-INT", $"{perf.Id}"]);
            interrupt.WaitForExit();
        }

        perf.WaitForExit();
        perf.Dispose();
    }
}
