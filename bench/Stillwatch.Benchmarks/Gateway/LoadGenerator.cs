using System.Net.Sockets;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// Drives one proxy with one workload, one thread a connection. The open loop gives each request a time of its own, whatever became of those
/// before, and counts latency from that time: a reply that is late makes the next ones late, and that is seen (no coordinated omission).
/// </summary>
/// <param name="allocated">Bytes the proxy has allocated so far, where it can be asked.</param>
internal sealed class LoadGenerator(ProxyTarget target, Workload workload, byte[][] bodies, byte[] warmUp, Func<long>? allocated = null)
{
    const int StackBytes = 256 << 10;
    const int OpenConnections = 48; // more than are ever in flight at the low rates
    const long Settle = 50_000_000; // what a proxy does after a reply belongs to the request

    readonly Lock _lock = new();
    readonly List<long> _latencies = [];
    readonly EventTimes _events = new(workload.PaceMs);
    int _next;
    int _requests;
    int _failures;
    string? _failure;

    public LoadResult Open(double seconds) => Run("open", OpenConnections, seconds, Math.Max(1, (int)(seconds * workload.PerSecond)));

    public LoadResult Closed(double seconds) => Run("closed", workload.Connections, seconds, int.MaxValue);

    LoadResult Run(string loop, int connections, double seconds, int slots)
    {
        using var ready = new CountdownEvent(connections);
        using var go = new ManualResetEventSlim();
        var (start, end) = (0L, 0L);
        // Streams that all began at once would all tick at once: the closed loop spreads their beginnings over one stream's length.
        var spread = workload.Events * workload.PaceMs * 1_000_000L / connections;
        var threads = Enumerable.Range(0, connections).Select(i => new Thread(() => Work(i * spread), StackBytes) { IsBackground = true }).ToList();
        threads.ForEach(thread => thread.Start());
        ready.Wait();

        var (cpu, bytes) = (target.Process.CpuSeconds(), allocated?.Invoke() ?? 0);
        start = MonotonicClock.Now + 20_000_000;
        end = start + (long)(seconds * 1e9);
        go.Set();
        threads.ForEach(thread => thread.Join());
        var wall = (MonotonicClock.Now - start) / 1e9;
        MonotonicClock.SleepUntil(MonotonicClock.Now + Settle);
        return new LoadResult(
            loop, _requests, _failures, _failure, wall, target.Process.CpuSeconds() - cpu, allocated is null ? 0 : allocated() - bytes,
            Percentiles.Of(_latencies), workload.IsStream ? Percentiles.Of(_events.Delays) : null,
            _events.Gaps, _events.Lumped, _events.LongestGap / 1e6, _events.MostStretched / 1e6);

        void Work(long later)
        {
            MonotonicClock.WakeExactly();
            var client = Connect();
            ready.Signal();
            go.Wait();
            var events = workload.IsStream ? new EventTimes(workload.PaceMs) : null;
            var latencies = new List<long>(1 << 10);
            for (var slot = Interlocked.Increment(ref _next) - 1; slot < slots; slot = Interlocked.Increment(ref _next) - 1)
            {
                var due = slots == int.MaxValue ? Math.Max(MonotonicClock.Now, start + later) : start + (long)(slot * 1e9 / workload.PerSecond);
                if (due >= end)
                {
                    break;
                }

                MonotonicClock.SleepUntil(due);
                if (Send(ref client, bodies[slot % bodies.Length], events))
                {
                    latencies.Add((events?.FirstAt ?? MonotonicClock.Now) - due);
                }
            }

            client?.Dispose();
            lock (_lock)
            {
                _latencies.AddRange(latencies);
                _requests += latencies.Count;
                if (events is not null)
                {
                    _events.Add(events);
                }
            }
        }
    }

    /// <summary>Opens a connection and uses it once, so that the proxy has one to the upstream as well.</summary>
    ClientConnection? Connect()
    {
        ClientConnection? client = null;
        return Send(ref client, warmUp, null) ? client : null;
    }

    bool Send(ref ClientConnection? client, byte[] body, EventTimes? events)
    {
        try
        {
            client ??= new ClientConnection(target);
            client.Exchange(body, events);
            return true;
        }
        catch (Exception error) when (error is SocketException or InvalidDataException)
        {
            client?.Dispose();
            client = null;
            lock (_lock)
            {
                _failures++;
                _failure ??= error.Message;
            }

            return false;
        }
    }
}
