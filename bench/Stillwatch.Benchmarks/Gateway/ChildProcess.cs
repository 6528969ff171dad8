using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>A process of the run: a proxy or the mock. Ended, with all it started, by <see cref="Dispose"/>; those of our own also end when the benchmark dies.</summary>
internal sealed class ChildProcess : IDisposable
{
    const int KeptLines = 20;

    static readonly TimeSpan s_ready = TimeSpan.FromSeconds(60); // a first start also compiles

    readonly Process _process;
    readonly Queue<string> _said = new();
    readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    ChildProcess(ProcessStartInfo start, string? firstLine)
    {
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(line.Data, firstLine);
        _process.ErrorDataReceived += (_, line) => Hear(line.Data, null);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Id => _process.Id;

    /// <summary>Starts and waits until the port accepts connections.</summary>
    /// <exception cref="InvalidOperationException">It ended or was not ready in time; the message holds what it said last.</exception>
    public static ChildProcess Start(int port, ProcessStartInfo start)
    {
        var child = new ChildProcess(start, null);
        var end = MonotonicClock.Now + MonotonicClock.Of(s_ready);
        while (!Accepts(port))
        {
            if (child._process.HasExited || MonotonicClock.Now > end)
            {
                throw child.NotReady($"port {port} accepts nothing");
            }

            MonotonicClock.SleepUntil(MonotonicClock.Now + 20_000_000);
        }

        return child;
    }

    /// <summary>Starts and waits for a line of standard output that begins with these words.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="Start"/>.</exception>
    public static (ChildProcess Child, string Line) StartAndRead(string beginning, ProcessStartInfo start)
    {
        var child = new ChildProcess(start, beginning);
        var ready = Task.WhenAny(child._line.Task, child._process.WaitForExitAsync()).WaitAsync(s_ready);
        return Task.WaitAny([ready], s_ready) == 0 && child._line.Task.IsCompletedSuccessfully
            ? (child, child._line.Task.Result)
            : throw child.NotReady($"no line '{beginning}…' on standard output");
    }

    /// <summary>A port nobody listens on at this moment.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>For the modes of this executable: serve until standard input ends, which it does when the parent dies.</summary>
    public static void ServeUntilOrphaned(WebApplication app)
    {
        app.StartAsync().GetAwaiter().GetResult();
        System.Console.In.ReadToEnd();
        Environment.Exit(0); // open streams would hold a polite end
    }

    public void Dispose()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }

        _process.Dispose();
    }

    InvalidOperationException NotReady(string what)
    {
        string said;
        lock (_said)
        {
            said = string.Join('\n', _said);
        }

        var message = $"{_process.StartInfo.FileName} {string.Join(' ', _process.StartInfo.ArgumentList)} is not ready ({what}); it said: {said}";
        Dispose();
        return new InvalidOperationException(message);
    }

    void Hear(string? line, string? beginning)
    {
        if (line is null)
        {
            return;
        }

        lock (_said)
        {
            _said.Enqueue(line);
            if (_said.Count > KeptLines)
            {
                _said.Dequeue();
            }
        }

        if (beginning is not null && line.StartsWith(beginning, StringComparison.Ordinal))
        {
            _line.TrySetResult(line);
        }
    }

    static bool Accepts(int port)
    {
        try
        {
            using var client = new TcpClient();
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
