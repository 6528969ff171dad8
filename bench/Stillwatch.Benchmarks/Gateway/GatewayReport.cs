using System.Runtime.InteropServices;
using System.Text;
using Yarp.ReverseProxy.Forwarder;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>A run as the section of <c>docs/performance.md</c>: conditions, a table per workload, streams, memory, goals.</summary>
internal static class GatewayReport
{
    public static string Format(GatewayRun run, string command)
    {
        var text = new StringBuilder();
        Conditions(text, run, command);
        foreach (var workload in run.Options.Workloads)
        {
            Costs(text, run, workload);
        }

        if (run.Options.Workloads.Any(workload => workload.IsStream))
        {
            Streams(text, run);
        }

        if (run.Idle.Count > 0)
        {
            Idle(text, run);
        }

        Outside(text, run);
        text.Append(GatewayGoals.Format(run));
        return text.ToString();
    }

    public static string OneLine(LoadResult result)
        => $"{result.Requests,7:N0} in {result.WallSeconds,4:0.0} s, {result.CpuSecondsPer10K,7:0.000} CPU-s/10k, p50 {result.Latency.P50,8:N0} us, p99 {result.Latency.P99,8:N0} us"
            + (result.EventDelay is { } delay ? $", event p50 {delay.P50:N0} p99 {delay.P99:N0} us, lumped {result.LumpedRatio:P2}" : "")
            + (result.AllocatedBytes > 0 ? $", {result.AllocatedBytes / Math.Max(1, result.Requests):N0} bytes allocated each" : "")
            + (result.Failures > 0 ? $", {result.Failures} FAILED: {result.Failure}" : "");

    static void Conditions(StringBuilder text, GatewayRun run, string command)
    {
        var options = run.Options;
        text.Append($"`{command}`\n\n");
        text.Append($"{TimeProvider.System.GetUtcNow():yyyy-MM-dd}, {Environment.ProcessorCount} processors{Processor()}, {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, ")
            .Append($"YARP {typeof(IHttpForwarder).Assembly.GetName().Version!.ToString(3)}{string.Concat(run.Versions.Select(version => $", {version.Key} {version.Value}"))}. ")
            .Append($"Load average {run.LoadBefore} before, {run.LoadAfter} after. {options.Rounds} interleaved round(s), {options.Seconds:0.##} s a measurement of JSON, {options.Seconds * 1.5:0.##} s of streams; ")
            .Append("medians, in brackets the least and the most over the rounds.\n\n");
        foreach (var note in run.Missing.Select(missing => $"{missing.Key} is left out: {missing.Value.ReplaceLineEndings(" ")}")
            .Concat(run.Failures.Select(failure => $"**{failure.Target}: {failure.Count} requests failed**, the first: {failure.Example}"))
            .Concat(run.Notes))
        {
            text.Append($"- {note}\n");
        }

        text.Append(run.IsWhole && run.Notes.Count == 0 ? "" : "\n");
    }

    static void Costs(StringBuilder text, GatewayRun run, Workload workload)
    {
        text.Append($"**{workload.Name}**: {workload.Says}. Closed loop of {workload.Connections} connections; open loop at {workload.PerSecond:0} a second.\n\n");
        text.Append($"| | CPU-s / 10k, {workload.Connections} conn. | × YARP | per second | CPU-s / 10k, low rate | × YARP | p50 µs | added | p99 µs | added |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var target in ProxyTarget.Names.Where(target => run.Has(target, workload, "open") || run.Has(target, workload, "closed")))
        {
            var isDirect = target == ProxyTarget.Direct;
            text.Append($"| {target}{(isDirect ? " (CPU of the mock)" : "")} | {Cpu("closed")} | {Ratio("closed")} | {run.Figure(target, workload, "closed", result => result.PerSecond).Show("N0")} | {Cpu("open")} | {Ratio("open")} ")
                .Append($"| {Latency(result => result.Latency.P50)} | {Added(result => result.Latency.P50)} | {Latency(result => result.Latency.P99)} | {Added(result => result.Latency.P99)} |\n");

            string Cpu(string loop) => run.Figure(target, workload, loop, result => result.CpuSecondsPer10K).Show("0.000");
            string Ratio(string loop) => isDirect ? "" : run.Compare(target, ProxyTarget.Yarp, workload, loop, result => result.CpuSeconds / result.Requests, (mine, yarp) => mine / yarp).ShowRange("0.00");
            string Latency(Func<LoadResult, double> figure) => run.Figure(target, workload, "open", figure).Show("N0");
            string Added(Func<LoadResult, double> figure) => isDirect ? "" : run.Compare(target, ProxyTarget.Direct, workload, "open", figure, (mine, direct) => mine - direct).ShowRange("N0");
        }

        text.Append('\n');
    }

    static void Streams(StringBuilder text, GatewayRun run)
    {
        text.Append("**Delivery of events**: delay from the mock's write to the client's read; an event is lumped when it comes less than a quarter of the mock's gap after the one before.\n\n");
        text.Append("| | workload | loop | p50 µs | p99 µs | added p50 | CPU µs / event | lumped | longest gap ms | grown by at most ms |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|\n");
        foreach (var workload in run.Options.Workloads.Where(workload => workload.IsStream))
        {
            foreach (var loop in run.Options.Loops)
            {
                foreach (var target in ProxyTarget.Names.Where(target => run.Has(target, workload, loop)))
                {
                    text.Append($"| {target} | {workload.Name} | {loop} | {Show(result => result.EventDelay!.P50, "N0")} | {Show(result => result.EventDelay!.P99, "N0")} ")
                        .Append($"| {(target == ProxyTarget.Direct ? "" : run.Compare(target, ProxyTarget.Direct, workload, loop, result => result.EventDelay!.P50, (mine, direct) => mine - direct).ShowRange("N0"))} ")
                        .Append($"| {Show(result => result.CpuSeconds * 1e6 / (result.Requests * (double)workload.Events), "0.0")} | {Show(result => result.LumpedRatio * 100, "0.00")} % ")
                        .Append($"| {Most(result => result.LongestGapMs)} | {Most(result => result.MostStretchedMs)} |\n");

                    string Show(Func<LoadResult, double> figure, string format) => run.Figure(target, workload, loop, figure).Show(format);
                    string Most(Func<LoadResult, double> figure) => run.Figure(target, workload, loop, figure).Most.ToString("0.0");
                }
            }
        }

        text.Append('\n');
    }

    static void Idle(StringBuilder text, GatewayRun run)
    {
        text.Append($"**Idle streams**: a fresh process, {run.Idle.Max(idle => idle.Result.Streams):N0} streams opened at once, two events each, then silence. PSS of the process and its children.\n\n");
        text.Append("| | streams open | PSS before MiB | PSS during MiB | KiB / stream | × YARP | CPU ms / s while idle |\n|---|--:|--:|--:|--:|--:|--:|\n");
        foreach (var target in ProxyTarget.Names.Where(target => run.IdleFigure(target, idle => idle.Streams).IsKnown))
        {
            text.Append($"| {target} | {Show(idle => idle.Streams, "N0")} | {Show(idle => idle.BeforeBytes / 1048576.0, "N1")} | {Show(idle => idle.DuringBytes / 1048576.0, "N1")} ")
                .Append($"| {run.IdleFigure(target, idle => idle.KilobytesPerStream).ShowRange("N1")} | {run.IdleRatio(target).ShowRange("0.00")} | {Show(idle => idle.IdleCpuSeconds * 1000 / IdleStreams.HeldSeconds, "0.0")} |\n");

            string Show(Func<IdleStreams, double> figure, string format) => run.IdleFigure(target, figure).Show(format);
        }

        text.Append('\n');
    }

    /// <summary>Work put off until after the reply must not fall out of the count unseen.</summary>
    static void Outside(StringBuilder text, GatewayRun run)
    {
        if (run.TotalCpuSeconds.Count > 0)
        {
            text.Append("CPU between a process's own measurements (opening connections, work put off, timers), against what was measured: ")
                .AppendJoin(", ", run.TotalCpuSeconds.Where(total => total.Key != ProxyTarget.Direct).Select(total =>
                    $"{total.Key} {total.Value - run.MeasuredCpuSeconds(total.Key):0.0} s to {run.MeasuredCpuSeconds(total.Key):0.0} s"))
                .Append($". PSS after the load: {string.Join(", ", run.PssBytes.Select(pss => $"{pss.Key} {pss.Value / 1048576.0:N0} MiB"))}.\n\n");
        }
    }

    static string Processor()
        => File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line ? $" ({line[(line.IndexOf(':') + 2)..].Trim()})" : "";
}
