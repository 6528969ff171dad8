using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A response whose headers have come, and the replica that gave it. Dispose when its body is done with: an unread one closes the connection.</summary>
sealed class UpstreamResponse(HttpResponseMessage message, Replica replica) : IDisposable
{
    public HttpResponseMessage Message { get; } = message;

    public Replica Replica { get; } = replica;

    public void Dispose()
    {
        Message.Dispose();
        Replica.Leave();
    }
}

/// <summary>Sends one request to the first replica that takes it. Goes on to the next only while no byte of the request has left.</summary>
static class UpstreamSending
{
    /// <param name="makeContent">Makes the body anew for each attempt; null for none.</param>
    /// <param name="deadline">Its limit is set here for the phases up to the headers.</param>
    /// <returns>Exactly one of the results is null.</returns>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public static async ValueTask<(UpstreamResponse? Response, GatewayError? Error)> SendAsync(
        Upstream upstream, HttpMethod method, string path, Func<UpstreamContent>? makeContent, Action<HttpRequestMessage> writeHeaders,
        string requestId, Deadline deadline, DataPlaneEvents events)
    {
        List<Replica>? tried = null;
        while (true)
        {
            var replica = upstream.Enter(tried ?? (IReadOnlyCollection<Replica>)[]);
            if (replica is null)
            {
                return (null, tried is null ? Unavailable() : Unreachable());
            }

            var entered = true;
            using var request = upstream.Request(method, replica, path);
            var content = makeContent?.Invoke();
            request.Content = content;
            writeHeaders(request);
            try
            {
                deadline.Within(upstream.Config.HeadersTimeout + upstream.Config.ConnectTimeout);
                var message = await upstream.SendAsync(request, deadline.Token);
                Count(upstream, replica, (int)message.StatusCode is not (502 or 503 or 504 or 529), events);
                entered = false;
                return (new UpstreamResponse(message, replica), null);
            }
            catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException)
            {
                if (deadline.ClientLeft)
                {
                    throw new OperationCanceledException(e.Message, e, deadline.Token);
                }

                if (content?.Fault is { } fault)
                {
                    return (null, fault);
                }

                Count(upstream, replica, isWell: false, events);
                events.UpstreamFailed(upstream.Config.Name, FailureKind(e, deadline), requestId);
                if (deadline.Token.IsCancellationRequested || (e is OperationCanceledException && !IsConnect(e)))
                {
                    return (null, deadline.IsOver ? TotalTimeout() : HeadersTimeout());
                }

                // A connection that never came about carried nothing; after that, only a body that was not begun proves it.
                if (!IsConnect(e) && content is not { HasStarted: false })
                {
                    return (null, BrokeOff());
                }

                (tried ??= []).Add(replica);
            }
            finally
            {
                if (entered)
                {
                    replica.Leave();
                }
            }
        }
    }

    static void Count(Upstream upstream, Replica replica, bool isWell, DataPlaneEvents events)
    {
        if (isWell)
        {
            replica.Succeeded();
        }
        else if (replica.Failed())
        {
            events.CircuitOpened(upstream.Config.Name);
        }
    }

    static string FailureKind(Exception e, Deadline deadline) => e switch
    {
        _ when IsConnect(e) => "connect",
        OperationCanceledException => deadline.IsOver ? "total_timeout" : "headers_timeout",
        _ => "broke_off",
    };

    /// <summary>No connection came about, whether it was refused or took longer than it may: nothing was sent. A handler says the latter with a cancellation.</summary>
    static bool IsConnect(Exception e) => e is OperationCanceledException { InnerException: TimeoutException } or HttpRequestException
    {
        HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
    };

    static GatewayError Unavailable() => new(529, "upstream_unavailable", "The model's servers are not answering at the moment. Try again shortly.")
    {
        RetryAfter = TimeSpan.FromSeconds(5),
    };

    static GatewayError Unreachable() => new(502, "upstream_unreachable", "The model's server cannot be reached.") { ShouldRetry = true };

    static GatewayError BrokeOff() => new(502, "upstream_broke_off", "The model's server closed the connection before it answered.");

    static GatewayError HeadersTimeout() => new(504, "upstream_timeout", "The model's server did not answer in time.");

    static GatewayError TotalTimeout() => new(504, "exchange_timeout", "The exchange took longer than this gateway allows.");
}
