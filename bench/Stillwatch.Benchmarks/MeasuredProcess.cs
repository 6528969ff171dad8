using System.Diagnostics;
using System.Globalization;

namespace Stillwatch.Benchmarks;

/// <summary>What a child process took.</summary>
/// <param name="CpuSeconds">User and system time; the kernel's clock ticks a hundred times a second.</param>
/// <param name="PeakBytes">The largest resident set the kernel saw (VmHWM).</param>
internal sealed record MeasuredProcess(double WallSeconds, double CpuSeconds, long PeakBytes)
{
    const double TicksPerSecond = 100; // USER_HZ, fixed by the Linux interface

    /// <exception cref="InvalidOperationException">The process failed; the message holds the end of what it said.</exception>
    public static MeasuredProcess Run(string file, params string[] arguments) => RunAll(file, null, arguments).Measured;

    /// <param name="environment">Added to what this process has.</param>
    /// <exception cref="InvalidOperationException">The process failed; the message holds the end of what it said.</exception>
    public static MeasuredProcess Run(string file, IReadOnlyDictionary<string, string>? environment, params string[] arguments) => RunAll(file, environment, arguments).Measured;

    /// <summary>What it wrote to standard output.</summary>
    /// <exception cref="InvalidOperationException">The process failed; the message holds the end of what it said.</exception>
    public static string Output(string file, params string[] arguments) => RunAll(file, null, arguments).Output;

    static (MeasuredProcess Measured, string Output) RunAll(string file, IReadOnlyDictionary<string, string>? environment, string[] arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var clock = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var (cpu, peak) = (0.0, 0L);
        do
        {
            // Read while it lives: both are gone with the process. The peak only grows, so the last reading misses at most 10 ms.
            (cpu, peak) = (Math.Max(cpu, CpuOf(process.Id)), Math.Max(peak, PeakOf(process.Id)));
        }
        while (!process.WaitForExit(10));
        var wall = clock.Elapsed.TotalSeconds;
        return process.ExitCode == 0
            ? (new MeasuredProcess(wall, cpu, peak), output.Result)
            : throw new InvalidOperationException($"{file} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result}{output.Result}");
    }

    internal static double CpuOf(int id)
    {
        // Fields 14 and 15, counted after the name, which stands in parentheses and may hold anything.
        var fields = Read(id, "stat") is { Length: > 0 } text ? text[(text.LastIndexOf(')') + 2)..].Split(' ') : [];
        return fields.Length < 13 ? 0 : (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    internal static long PeakOf(int id)
        => Read(id, "status").Split('\n').FirstOrDefault(line => line.StartsWith("VmHWM:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10
            : 0;

    internal static string Read(int id, string name)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/{name}");
        }
        catch (IOException)
        {
            return ""; // ended meanwhile
        }
    }
}
