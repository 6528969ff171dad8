using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Stillwatch.Gateway.Tests.Support;

/// <summary>A peer on loopback that does to the byte what its script says: any chunking, any status, late headers, cut connections. It speaks HTTP/1.1 over a bare socket.</summary>
/// <remarks>
/// The script runs once for each request; several connections run it at the same time. Timing is the test's: let the script wait
/// on a semaphore or a task, never on the clock. What a script throws is thrown again by <see cref="DisposeAsync"/>.
/// </remarks>
sealed class ScriptedUpstream : IAsyncDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Func<ScriptedRequest, ScriptedConnection, Task> _script;
    readonly CancellationTokenSource _stop = new();
    readonly ConcurrentBag<Exception> _faults = [];
    readonly ConcurrentQueue<ScriptedRequest> _requests = [];
    readonly Task _accepting;
    int _connections;

    public ScriptedUpstream(Func<ScriptedRequest, ScriptedConnection, Task> script)
    {
        _script = script;
        _listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>In the order they were read.</summary>
    public IReadOnlyCollection<ScriptedRequest> Requests => _requests;

    /// <summary>Connections accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    /// <summary>Answers every request with the same body of stated length.</summary>
    public static ScriptedUpstream Replying(int status, string contentType, string body, params (string Name, string Value)[] headers)
        => new((_, connection) => connection.ReplyAsync(status, contentType, body, headers));

    /// <summary>Answers every request with a stream of these chunks, each in a write of its own, and ends it properly.</summary>
    public static ScriptedUpstream Streaming(IReadOnlyList<ReadOnlyMemory<byte>> chunks)
        => new(async (_, connection) =>
        {
            await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
            foreach (var chunk in chunks)
            {
                await connection.SendChunkAsync(chunk);
            }

            await connection.EndChunksAsync();
        });

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Dispose();
        await _accepting;
        _stop.Dispose();
        if (!_faults.IsEmpty)
        {
            throw new AggregateException("The upstream's script failed.", _faults);
        }
    }

    async Task AcceptAsync()
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stop.Token);
                Interlocked.Increment(ref _connections);
                running.Add(ServeAsync(socket));
            }
        }
        catch (Exception e) when (e is OperationCanceledException || (e is SocketException && _stop.IsCancellationRequested))
        {
            // the test is over; a listener closed while it waits may say so either way
        }

        await Task.WhenAll(running);
    }

    async Task ServeAsync(Socket socket)
    {
        using var connection = new ScriptedConnection(socket, _stop.Token);
        try
        {
            while (await connection.ReadRequestAsync() is { } request)
            {
                _requests.Enqueue(request);
                await _script(request, connection);
            }
        }
        catch (Exception fault) when (fault is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // The other side left, the script cut the connection, or the test is over.
        }
#pragma warning disable CA1031 // an assertion inside a script must reach the test
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _faults.Add(fault);
        }
    }
}
