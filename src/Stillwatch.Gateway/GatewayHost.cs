using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway;

// The seam for the command line; to be replaced by the host itself.

/// <summary>Runs a gateway until it is told to stop.</summary>
static class GatewayHost
{
    /// <param name="config">What to start with; an upstream of the name <see cref="ConfigReader.DevelopmentUpstream"/> has no replicas yet: start it, then fill them in.</param>
    /// <param name="watcher">Brings later configurations; null when there is no file.</param>
    /// <returns>The exit code.</returns>
    public static Task<int> RunAsync(GatewayConfig config, ConfigWatcher? watcher, ServeOptions options, TextWriter output, CancellationToken cancellationToken) =>
        throw new NotImplementedException();
}
