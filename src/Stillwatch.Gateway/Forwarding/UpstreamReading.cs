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
            events.UpstreamFailed(upstream.Config.Name, deadline.IsOver ? "total_timeout" : "idle_timeout", requestId);
            return (0, TookTooLong());
        }
    }

    /// <summary>The connection ended early, or what came is not what its encoding says.</summary>
    public static bool IsBrokenOff(Exception e) => e is IOException or HttpRequestException or InvalidDataException;

    public static GatewayError TookTooLong() =>
        new(504, "upstream_timeout", "The model's server stopped sending before the answer was complete.");
}
