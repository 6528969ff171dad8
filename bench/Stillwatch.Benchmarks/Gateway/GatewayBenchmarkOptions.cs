using System.Globalization;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>What <c>bench gateway</c> is asked for.</summary>
/// <param name="Seconds">Length of one measurement of a JSON workload.</param>
/// <param name="Loops"><c>open</c>, <c>closed</c> or both.</param>
/// <param name="Profile">Ask the processes of .NET how much they allocate, and run perf where it is installed.</param>
internal sealed record GatewayBenchmarkOptions(
    IReadOnlyList<string> Targets, IReadOnlyList<Workload> Workloads, bool Idle, int Rounds, double Seconds, IReadOnlyList<string> Loops, int Streams, bool Profile, string? Out)
{
    public const string Usage = """
          gateway [--quick] [--rounds 3] [--seconds 2] [--only NAME,...] [--phase NAME,...] [--loop open|closed] [--streams 5000] [--pace MS] [--connections N] [--rate N] [--profile] [--out FILE.md]
                                cost of the gateway against direct, nginx, HAProxy and bare YARP, interleaved (docs/performance.md); phases: json1k json100k json1m sse50 sse200 idle
        """;

    /// <exception cref="ArgumentException">An option, a name or a number is unknown; the message says which and what there is.</exception>
    public static GatewayBenchmarkOptions Parse(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            given[arguments[i]] = arguments[i] switch
            {
                "--quick" or "--profile" => "",
                "--rounds" or "--seconds" or "--only" or "--phase" or "--loop" or "--streams" or "--pace" or "--connections" or "--rate" or "--out" when i + 1 < arguments.Count => arguments[++i],
                var other => throw new ArgumentException($"bench gateway does not know '{other}', or it lacks its value:\n{Usage}"),
            };
        }

        var quick = given.ContainsKey("--quick");
        var phases = Names("--phase", [.. Workload.All.Select(workload => workload.Name), "idle"]);
        if (quick && !given.ContainsKey("--phase"))
        {
            phases = [.. Workload.Quick, "idle"];
        }

        var single = given.ContainsKey("--profile") || given.ContainsKey("--seconds");
        return new GatewayBenchmarkOptions(
            Names("--only", ProxyTarget.Names),
            [.. Workload.All.Where(workload => phases.Contains(workload.Name)).Select(Adjusted)],
            phases.Contains("idle"),
            (int)Number("--rounds", quick || (single && phases.Count == 1) ? 1 : 3, 1, 100),
            Number("--seconds", quick ? 0.7 : 2, 0.1, 600),
            Names("--loop", ["open", "closed"]),
            (int)Number("--streams", quick ? 1000 : 5000, 1, 30_000),
            given.ContainsKey("--profile"),
            given.GetValueOrDefault("--out"));

        Workload Adjusted(Workload workload) => workload with
        {
            PaceMs = workload.IsStream ? (int)Number("--pace", workload.PaceMs, 0, 10_000) : 0,
            Connections = (int)Number("--connections", workload.Connections, 1, 1000),
            PerSecond = Number("--rate", workload.PerSecond, 1, 100_000),
        };

        IReadOnlyList<string> Names(string option, IReadOnlyList<string> known)
        {
            var names = given.TryGetValue(option, out var text) ? text.Split(',') : known;
            return names.FirstOrDefault(name => !known.Contains(name)) is { } stranger
                ? throw new ArgumentException($"{option} has no '{stranger}'; there are {string.Join(", ", known)}")
                : [.. known.Where(names.Contains)];
        }

        double Number(string option, double otherwise, double least, double most)
            => !given.TryGetValue(option, out var text) ? otherwise
                : double.TryParse(text, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
                : throw new ArgumentException($"{option} is '{text}'; it takes a number from {least} to {most}");
    }
}
