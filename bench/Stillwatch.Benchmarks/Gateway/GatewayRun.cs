namespace Stillwatch.Benchmarks.Gateway;

/// <summary>All that one run measured.</summary>
internal sealed class GatewayRun(GatewayBenchmarkOptions options)
{
    readonly List<(int Round, string Target, Workload Workload, LoadResult Result)> _loads = [];

    public GatewayBenchmarkOptions Options => options;

    public List<(int Round, string Target, IdleStreams Result)> Idle { get; } = [];

    public Dictionary<string, double> TotalCpuSeconds { get; } = [];

    public Dictionary<string, long> PssBytes { get; } = [];

    public Dictionary<string, string> Versions { get; } = [];

    public Dictionary<string, string> Missing { get; } = [];

    public List<string> Notes { get; } = [];

    public string LoadBefore { get; set; } = "";

    public string LoadAfter { get; set; } = "";

    /// <summary>No request failed; every proxy asked for took part.</summary>
    public bool IsWhole => Missing.Count == 0 && Failures.Sum(failure => failure.Count) == 0;

    public IEnumerable<(string Target, int Count, string Example)> Failures
        => _loads.Select(load => (load.Target, load.Result.Failures, load.Result.Failure))
            .Concat(Idle.Select(idle => (idle.Target, idle.Result.Failures, idle.Result.Failure)))
            .Where(load => load.Failures > 0)
            .GroupBy(load => load.Target)
            .Select(group => (group.Key, group.Sum(load => load.Failures), group.First().Failure ?? ""));

    public void Add(int round, string target, Workload workload, LoadResult result) => _loads.Add((round, target, workload, result));

    public bool Has(string target, Workload workload, string loop) => Of(target, workload, loop).Any();

    public IEnumerable<LoadResult> Of(string target, Workload workload, string loop)
        => _loads.Where(load => load.Target == target && load.Workload == workload && load.Result.Loop == loop).Select(load => load.Result);

    public double MeasuredCpuSeconds(string target) => _loads.Where(load => load.Target == target).Sum(load => load.Result.CpuSeconds);

    /// <summary>The figure of each round; empty when it was not measured.</summary>
    public Figure Figure(string target, Workload workload, string loop, Func<LoadResult, double> figure)
        => new([.. Of(target, workload, loop).Select(figure)]);

    /// <summary>The two figures of each round put together.</summary>
    public Figure Compare(string target, string other, Workload workload, string loop, Func<LoadResult, double> figure, Func<double, double, double> together)
        => new([
            .. _loads.Where(load => load.Target == target && load.Workload == workload && load.Result.Loop == loop)
                .SelectMany(load => _loads.Where(basis => basis.Target == other && basis.Round == load.Round && basis.Workload == workload && basis.Result.Loop == loop)
                    .Select(basis => together(figure(load.Result), figure(basis.Result)))),
        ]);

    public Figure IdleFigure(string target, Func<IdleStreams, double> figure) => new([.. Idle.Where(idle => idle.Target == target).Select(idle => figure(idle.Result))]);

    public Figure IdleRatio(string target)
        => new([.. Idle.Where(idle => idle.Target == target).SelectMany(idle => Idle.Where(basis => basis.Target == ProxyTarget.Yarp && basis.Round == idle.Round)
            .Select(basis => idle.Result.KilobytesPerStream / basis.Result.KilobytesPerStream))]);
}

/// <summary>One figure over the rounds.</summary>
internal sealed record Figure(double[] Values)
{
    public bool IsKnown => Values.Length > 0;

    public double Least => Values.Min();

    public double Most => Values.Max();

    public double Median
    {
        get
        {
            var sorted = Values.Order().ToArray();
            return sorted.Length == 0 ? double.NaN : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>The median in a format of numbers; a dash when nothing was measured.</summary>
    public string Show(string format) => IsKnown ? Median.ToString(format) : "–";

    /// <summary>The median with the least and the most.</summary>
    public string ShowRange(string format) => IsKnown ? $"{Show(format)} ({Least.ToString(format)} to {Most.ToString(format)})" : "–";
}
