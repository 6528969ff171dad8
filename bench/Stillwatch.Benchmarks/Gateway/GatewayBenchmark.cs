namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// The gateway against what else could stand there. Every process lives through the whole run; a measurement of one is followed at once by the
/// same of the next, in an order that turns with the rounds, and only figures of one round are set in ratio.
/// </summary>
internal sealed class GatewayBenchmark(GatewayBenchmarkOptions options, TextWriter progress)
{
    /// <summary>Of every process, over its workloads: a profile after one second still showed a tenth of the time in the compiler.</summary>
    const double WarmUpSeconds = 8;

    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-gateway").FullName;
    readonly int _descriptors = IdleStreams.Descriptors();
    readonly GatewayRun _run = new(options);
    readonly byte[] _warmUp = RequestBodies.For("bench-json", 1000, stream: false)[0];

    /// <returns>0; 1 when a request failed or a proxy did not start, so that no figure of a broken run is taken for good; 2 for wrong usage.</returns>
    public static int Run(IReadOnlyList<string> arguments, string command, TextWriter output, TextWriter progress)
    {
        GatewayBenchmarkOptions options;
        try
        {
            options = GatewayBenchmarkOptions.Parse(arguments);
        }
        catch (ArgumentException wrong)
        {
            progress.WriteLine(wrong.Message);
            return 2;
        }

        var run = new GatewayBenchmark(options, progress).Run();
        var report = GatewayReport.Format(run, command);
        output.Write(report);
        if (options.Out is { } file)
        {
            File.WriteAllText(file, report);
        }

        return run.IsWhole ? 0 : 1;
    }

    GatewayRun Run()
    {
        _run.LoadBefore = LoadAverage();
        try
        {
            using var mock = ProxyTarget.Mock();
            if (options.Workloads.Count > 0)
            {
                Loads(mock);
            }

            if (options.Idle)
            {
                Idle(mock);
            }
        }
        finally
        {
            Directory.Delete(_directory, recursive: true);
        }

        _run.LoadAfter = LoadAverage();
        return _run;
    }

    void Loads(ProxyTarget mock)
    {
        var targets = options.Targets.Select(name => Start(name, mock, name)).OfType<ProxyTarget>().ToList();
        try
        {
            var bodies = options.Workloads.ToDictionary(workload => workload, RequestBodies.For);
            var probes = targets.ToDictionary(target => target, target => options.Profile && target.Name is ProxyTarget.Yarp or ProxyTarget.Stillwatch ? AllocationProbe.For(target.Process.Root) : null);
            foreach (var workload in options.Workloads)
            {
                foreach (var target in targets)
                {
                    progress.WriteLine($"warming up {target.Name}, {workload.Name} (process {target.Process.Root})");
                    new LoadGenerator(target, workload, bodies[workload], _warmUp).Closed(WarmUpSeconds / options.Workloads.Count);
                }
            }

            var before = targets.ToDictionary(target => target, target => target.Process.CpuSeconds());
            for (var round = 0; round < options.Rounds; round++)
            {
                foreach (var (workload, loop) in options.Workloads.SelectMany(workload => options.Loops.Select(loop => (workload, loop))))
                {
                    for (var i = 0; i < targets.Count; i++)
                    {
                        var target = targets[(i + round) % targets.Count];
                        var generator = new LoadGenerator(target, workload, bodies[workload], _warmUp, probes[target]);
                        using var perf = options.Profile ? PerfRecording.Start(target, workload, loop, progress) : null;
                        var result = loop == "open" ? generator.Open(options.Seconds * workload.SlotFactor) : generator.Closed(options.Seconds * workload.SlotFactor);
                        _run.Add(round, target.Name, workload, result);
                        progress.WriteLine($"round {round + 1}/{options.Rounds} {workload.Name,-8} {loop,-6} {target.Name,-10} {GatewayReport.OneLine(result)}");
                    }
                }
            }

            foreach (var target in targets)
            {
                _run.TotalCpuSeconds[target.Name] = target.Process.CpuSeconds() - before[target];
                _run.PssBytes[target.Name] = target.Process.PssBytes();
            }
        }
        finally
        {
            targets.ForEach(target => target.Dispose());
        }
    }

    /// <summary>Fresh processes: what a heap has grown to under load would hide what the streams add.</summary>
    void Idle(ProxyTarget mock)
    {
        var streams = IdleStreams.Possible(options.Streams, _descriptors);
        if (streams < options.Streams)
        {
            _run.Notes.Add($"{streams:N0} idle streams instead of {options.Streams:N0}: a process here may open {_descriptors:N0} files (`ulimit -Hn`)");
        }

        for (var round = 0; round < Math.Min(2, options.Rounds); round++)
        {
            foreach (var name in options.Targets.Where(name => name != ProxyTarget.Direct))
            {
                using var target = Start(name, mock, $"{name}-idle-{round}");
                if (target is not null)
                {
                    var idle = IdleStreams.Measure(target, streams);
                    _run.Idle.Add((round, name, idle));
                    progress.WriteLine($"round {round + 1} idle {name,-10} {idle.Streams:N0} streams, {idle.BeforeBytes / 1048576.0:N1} -> {idle.DuringBytes / 1048576.0:N1} MiB, {idle.KilobytesPerStream:N1} KiB each, {idle.IdleCpuSeconds:0.00} CPU-seconds in {IdleStreams.HeldSeconds} s, {idle.Failures} failures {idle.Failure}");
                }
            }
        }
    }

    ProxyTarget? Start(string name, ProxyTarget mock, string directory)
    {
        try
        {
            if (name is "nginx" or "haproxy")
            {
                if (ServerConfigs.Install(name, progress) is { } reason)
                {
                    throw new InvalidOperationException(reason);
                }

                _run.Versions[name] = ServerConfigs.Version(name);
            }

            return ProxyTarget.Start(name, mock, Path.Combine(_directory, directory), _descriptors, options.Profile);
        }
        catch (InvalidOperationException reason)
        {
            progress.WriteLine($"{name} is left out: {reason.Message}");
            _run.Missing[name] = reason.Message;
            return null;
        }
    }

    static string LoadAverage() => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ').Take(3));
}
