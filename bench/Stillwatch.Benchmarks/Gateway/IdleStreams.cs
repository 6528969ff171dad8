using System.Net.Sockets;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>Memory of a fresh proxy before and while many streams stand open that say nothing.</summary>
/// <param name="Streams">How many stood open to the end.</param>
/// <param name="IdleCpuSeconds">What the proxy used in <see cref="HeldSeconds"/> of silence.</param>
internal sealed record IdleStreams(int Streams, long BeforeBytes, long DuringBytes, double IdleCpuSeconds, int Failures, string? Failure)
{
    public const double HeldSeconds = 3;
    const int Openers = 16;
    const int DescriptorsPerStream = 2; // in the proxy: the client's socket and the upstream's
    const int SpareDescriptors = 600;

    public double KilobytesPerStream => (DuringBytes - BeforeBytes) / 1024.0 / Math.Max(1, Streams);

    /// <summary>The streams that one process of this machine may serve: fewer than asked for where its limit on open files is lower.</summary>
    public static int Possible(int streams, int descriptors) => Math.Clamp((descriptors - SpareDescriptors) / DescriptorsPerStream, 0, streams);

    /// <summary>The hard limit of open files; the runtime raises the soft one to it when it starts.</summary>
    public static int Descriptors()
    {
        var line = File.ReadLines("/proc/self/limits").First(text => text.StartsWith("Max open files", StringComparison.Ordinal));
        return int.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], out var limit) ? Math.Min(limit, 65_536) : 65_536; // "unlimited"
    }

    public static IdleStreams Measure(ProxyTarget target, int streams)
    {
        var body = RequestBodies.For("bench-idle", 1000, stream: true);
        WarmUp(target);
        Wait(1);
        var before = target.Process.PssBytes();
        var (open, next, failures, failure, gate) = (new ClientConnection?[streams], 0, 0, (string?)null, new Lock());
        var threads = Enumerable.Range(0, Openers).Select(_ => new Thread(Open)).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        Wait(1);
        var cpu = target.Process.CpuSeconds();
        Wait(HeldSeconds);
        cpu = target.Process.CpuSeconds() - cpu;
        var during = target.Process.PssBytes();
        var alive = open.Count(client => client is not null && IsOpen(client.Socket));
        foreach (var client in open)
        {
            client?.Socket.Close(0); // a reset: thousands of closing sockets would stay in the kernel
        }

        return new IdleStreams(alive, before, during, cpu, failures, failure);

        void Open()
        {
            for (var i = Interlocked.Increment(ref next) - 1; i < streams; i = Interlocked.Increment(ref next) - 1)
            {
                try
                {
                    var client = new ClientConnection(target);
                    client.OpenIdle(body[i % body.Length]);
                    open[i] = client;
                }
                catch (Exception error) when (error is SocketException or InvalidDataException)
                {
                    lock (gate)
                    {
                        failures++;
                        failure ??= error.Message;
                    }
                }
            }
        }
    }

    /// <summary>The code is compiled and the first pools are filled, no more: what the streams add should be seen.</summary>
    static void WarmUp(ProxyTarget target)
    {
        var json = RequestBodies.For("bench-json", 1000, stream: false);
        var stream = new Workload("warm-up", 1000, 20, 0, 16, 1, 1);
        new LoadGenerator(target, stream with { Events = 0 }, json, json[0]).Closed(0.5);
        new LoadGenerator(target, stream, RequestBodies.For(stream), json[0]).Closed(0.5);
    }

    static void Wait(double seconds) => MonotonicClock.SleepUntil(MonotonicClock.Now + (long)(seconds * 1e9));

    static bool IsOpen(Socket socket) => !(socket.Poll(0, SelectMode.SelectRead) && socket.Available == 0);
}
