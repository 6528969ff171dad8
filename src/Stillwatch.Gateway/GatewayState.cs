using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway;

/// <summary>The configuration at work: what one exchange sees from its start to its end, whatever is reloaded meanwhile. Immutable.</summary>
sealed class GatewayState
{
    readonly Dictionary<string, Upstream> _upstreams;

    public GatewayState(GatewayConfig config, TimeProvider time, GatewayState? before = null)
    {
        Config = config;
        Models = new ModelMap(config);
        _upstreams = config.Upstreams.ToDictionary(
            upstream => upstream.Name,
            upstream => KeptOf(before, upstream) ?? new Upstream(upstream, time));
    }

    public GatewayConfig Config { get; }

    public ModelMap Models { get; }

    public IEnumerable<Upstream> Upstreams => _upstreams.Values;

    public Upstream this[UpstreamConfig config] => _upstreams[config.Name];

    // Connections and circuits live through a reload that did not change the upstream.
    static Upstream? KeptOf(GatewayState? before, UpstreamConfig config) =>
        before?._upstreams.GetValueOrDefault(config.Name) is { } old
        && old.Config.Replicas.SequenceEqual(config.Replicas) && old.Config with { Replicas = config.Replicas } == config
            ? old
            : null;
}
