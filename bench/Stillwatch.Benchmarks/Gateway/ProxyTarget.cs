using System.Diagnostics;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>Something between the client and the mock, running: where it listens, what it takes, and the key it wants.</summary>
internal sealed class ProxyTarget : IDisposable
{
    public const string Direct = "direct";
    public const string Yarp = "yarp";
    public const string Stillwatch = "stillwatch";

    public static readonly IReadOnlyList<string> Names = [Direct, "nginx", "haproxy", Yarp, Stillwatch];

    readonly ChildProcess? _child;

    ProxyTarget(string name, int port, ProcessTree process, ChildProcess? child, string? key)
    {
        (Name, Port, Process, _child, Key) = (name, port, process, child, key);
    }

    public string Name { get; }

    public int Port { get; }

    public ProcessTree Process { get; }

    /// <summary>Sent as <c>x-api-key</c>; null: any will do.</summary>
    public string? Key { get; }

    public static ProxyTarget Mock()
    {
        var port = ChildProcess.FreePort();
        var child = ChildProcess.Start(port, new ProcessStartInfo("dotnet", [Self, "mock", "--port", $"{port}"]));
        return new ProxyTarget(Direct, port, new ProcessTree(child.Id), child, null);
    }

    /// <param name="name">One of <see cref="Names"/>; <see cref="Direct"/> shares the mock's process.</param>
    /// <param name="directory">For its configuration and data; fresh.</param>
    /// <param name="descriptors">Open files that one process may have.</param>
    /// <param name="profile">Prepare it for <see cref="AllocationProbe"/> and perf.</param>
    /// <exception cref="InvalidOperationException">It does not start.</exception>
    public static ProxyTarget Start(string name, ProxyTarget mock, string directory, int descriptors, bool profile)
    {
        if (name == Direct)
        {
            return new ProxyTarget(Direct, mock.Port, mock.Process, null, null);
        }

        Directory.CreateDirectory(directory);
        if (name == Stillwatch)
        {
            return StartStillwatch(mock, directory, profile);
        }

        var port = ChildProcess.FreePort();
        var file = Path.Combine(directory, $"{name}.conf");
        var start = name switch
        {
            "nginx" => new ProcessStartInfo(ServerConfigs.Program(name), ["-p", directory, "-c", Written(file, ServerConfigs.Nginx(directory, port, mock.Port, descriptors))]),
            "haproxy" => new ProcessStartInfo(ServerConfigs.Program(name), ["-db", "-f", Written(file, ServerConfigs.HaProxy(port, mock.Port, descriptors))]),
            Yarp => new ProcessStartInfo("dotnet", [Self, "yarp", "--port", $"{port}", "--upstream", $"http://127.0.0.1:{mock.Port}"]),
            _ => throw new ArgumentException($"no proxy is called '{name}'; there are {string.Join(", ", Names)}"),
        };
        if (profile && name == Yarp)
        {
            AllocationProbe.Prepare(start);
        }

        var child = ChildProcess.Start(port, start);
        return new ProxyTarget(name, port, new ProcessTree(child.Id), child, null);
    }

    public void Dispose() => _child?.Dispose();

    static string Self => typeof(ProxyTarget).Assembly.Location;

    // Every kind of rule, each asked at every request and refusing nobody here.
    const string Policy = """
        mode: enforce
        verify_url: https://verify.example/
        levels:
          - {name: frontier, feature: models, models: [frontier-*], needs: person}
          - {name: reasoning, feature: reasoning, models: [frontier-*], needs: person}
        regions:
          rules:
            - {name: embargo, facts: [account_country, billing_country], refuse: [AQ]}
            - {name: owners, code: ownership_unsupported, facts: [owner_country], refuse: [AQ]}
        limits:
          prices: [{models: "*", input_usd_per_million: 3, output_usd_per_million: 15}]
          rules:
            - {name: account, per: account, requests: 100000000/m, input_tokens: 100000000000/m, output_tokens: 100000000000/m, concurrency: 100000, spend: 1000000 USD/month}
            - {name: key, per: key, requests: 100000000/m}
            - {name: model, per: model, tokens: 100000000000/m}

        """;

    /// <summary>Development mode: a key made for the run, every model name passed through; all else is on as in production, a policy in force too.</summary>
    static ProxyTarget StartStillwatch(ProxyTarget mock, string directory, bool profile)
    {
        var start = new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "stillwatch.dll"), "serve", "--listen", "http://127.0.0.1:0", "--admin", "http://127.0.0.1:0",
            "--data", Path.Combine(directory, "data"), "--upstream", $"http://127.0.0.1:{mock.Port}", "--upstream-api", "anthropic",
            "--policy", Written(Path.Combine(directory, "policy.yaml"), Policy),
        ])
        { WorkingDirectory = directory };
        if (profile)
        {
            AllocationProbe.Prepare(start);
        }

        var (child, line) = ChildProcess.StartAndRead("ready ", start);
        var fields = line.Split(' ').Select(field => field.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);
        return fields.TryGetValue("data", out var data) && fields.TryGetValue("key", out var key)
            ? new ProxyTarget(Stillwatch, new Uri(data).Port, new ProcessTree(child.Id), child, key)
            : throw new InvalidOperationException($"stillwatch serve said '{line}', which names no data=… and key=…");
    }

    static string Written(string file, string text)
    {
        File.WriteAllText(file, text);
        return file;
    }
}
