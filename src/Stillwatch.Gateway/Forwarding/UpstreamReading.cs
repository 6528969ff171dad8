using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Telemetry;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>One read of an upstream's body, and what its failure means.</summary>
static class UpstreamReading
{
    /// <returns>Nought at the end; an error when the upstream broke off, sent what cannot be decoded, or took too long.</returns>
    /// <exception cref="OperationCanceledException">The client left.</exception>
    public static async ValueTask<(int Read, GatewayError? Error)> ReadAsync(
        Stream stream, Memory<byte> into, Upstream upstream, string requestId, Deadline deadline, DataPlaneEvents events)
    {
        try
        {
            deadline.Within(upstream.Config.IdleTimeout);
            return (await stream.ReadAsync(into, deadline.Token), null);
        }
        catch (Exception e) when (IsBrokenOff(e))
        {
            events.UpstreamFailed(upstream.Config.Name, "body_broke_off", requestId);
            return (0, new GatewayError(502, "upstream_truncated", "The model's server broke off in the middle of its answer."));
        }
        catch (OperationCanceledException) when (!deadline.ClientLeft)
        {
            var (kind, error) = EndOf(deadline);
            events.UpstreamFailed(upstream.Config.Name, kind, requestId);
            return (0, error);
        }
    }

    /// <summary>The connection ended early, or what came is not what its encoding says.</summary>
    public static bool IsBrokenOff(Exception e) => e is IOException or HttpRequestException or InvalidDataException;

    /// <summary>Why a running response was ended from our side, for a log and for the caller.</summary>
    public static (string Kind, GatewayError Error) EndOf(Deadline deadline) =>
        deadline.IsStopped ? ("stopping", new GatewayError(529, "gateway_stopping", "The gateway is being restarted. Send the request again."))
        : (deadline.IsOver ? "total_timeout" : "idle_timeout", TookTooLong());

    static GatewayError TookTooLong() =>
        new(504, "upstream_timeout", "The model's server stopped sending before the answer was complete.");
}
