using System.Text;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// The goals, each with the figure of the run and whether it is met. A run that lacks a figure says so and claims nothing. CPU is that of the
/// closed loop: at a low rate the threads of .NET spin between requests, and the work of a request is lost in it.
/// </summary>
internal static class GatewayGoals
{
    const double MostCpuRatio = 1.25; // of bare YARP, small requests and streams
    const double MostNanosecondsPerByte = 2;
    const double MostAddedMs = 0.4;
    const double MostAddedP50Us = 100;
    const double MostMemoryRatio = 1.25; // of bare YARP, an idle stream
    const double MostLumpedRatio = 0.02; // above what the mock's own pace gives, directly read
    const int SmallBytes = 10_000;

    public static string Format(GatewayRun run)
    {
        var text = new StringBuilder("| goal for Stillwatch | measured | |\n|---|--:|---|\n");
        foreach (var workload in run.Options.Workloads)
        {
            if (workload.BodyBytes <= SmallBytes)
            {
                Row($"CPU, {workload.Name}: at most {MostCpuRatio} × bare YARP", Yarp(result => result.CpuMs, (mine, yarp) => mine / yarp), MostCpuRatio, "0.00");
            }
            else
            {
                var added = Yarp(result => result.CpuMs, (mine, yarp) => mine - yarp);
                Row($"CPU added to YARP's, {workload.Name}: at most {MostNanosecondsPerByte} ns a byte", new Figure([.. added.Values.Select(ms => ms * 1e6 / workload.BodyBytes)]), MostNanosecondsPerByte, "0.00");
                Row($"CPU added to YARP's, {workload.Name}: at most {MostAddedMs} ms", added, MostAddedMs, "0.000");
            }

            // What a proxy that does nothing adds belongs beside it: on two shared cores each wake-up costs tens of microseconds.
            var bare = run.Compare(ProxyTarget.Yarp, ProxyTarget.Direct, workload, "open", result => result.Latency.P50, (mine, direct) => mine - direct);
            Row($"p50 added to direct, {workload.Name}, low rate: at most {MostAddedP50Us} µs (bare YARP adds {bare.Show("N0")})",
                run.Compare(ProxyTarget.Stillwatch, ProxyTarget.Direct, workload, "open", result => result.Latency.P50, (mine, direct) => mine - direct), MostAddedP50Us, "N0");
            foreach (var loop in workload.IsStream ? run.Options.Loops : [])
            {
                Row($"events lumped, {workload.Name}, {loop} loop: at most {MostLumpedRatio * 100:0} % more than direct",
                    run.Compare(ProxyTarget.Stillwatch, ProxyTarget.Direct, workload, loop, result => result.LumpedRatio, (mine, direct) => mine - direct), MostLumpedRatio, "0.0000");
            }

            Figure Yarp(Func<LoadResult, double> figure, Func<double, double, double> together) => run.Compare(ProxyTarget.Stillwatch, ProxyTarget.Yarp, workload, "closed", figure, together);
        }

        if (run.Options.Idle)
        {
            Row($"memory of an idle stream: at most {MostMemoryRatio} × bare YARP", run.IdleRatio(ProxyTarget.Stillwatch), MostMemoryRatio, "0.00");
        }

        return text.ToString();

        void Row(string goal, Figure figure, double most, string format)
            => text.Append($"| {goal} | {figure.ShowRange(format)} | {(!figure.IsKnown ? "not measured" : figure.Median <= most ? "met" : "**missed**")} |\n");
    }
}
