using System.Net;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>A configured upstream at work: its connections and its replicas. Thread-safe.</summary>
sealed class Upstream : IDisposable
{
    readonly HttpMessageInvoker _client;
    readonly Replica[] _replicas;
    int _turn;

    public Upstream(UpstreamConfig config, TimeProvider time)
    {
        Config = config;
        _client = new HttpMessageInvoker(new SocketsHttpHandler
        {
            ConnectTimeout = config.ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(10), // so that a changed address is noticed
            PooledConnectionIdleTimeout = TimeSpan.FromMinutes(1),
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(30),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            MaxResponseDrainSize = 0, // a client that left must be felt upstream at once, not after the rest was read
            UseCookies = false,
            UseProxy = false,
            ActivityHeadersPropagator = null, // the caller's trace is not the upstream's business
            MaxResponseHeadersLength = 64,
        });
        _replicas = [.. config.Replicas.Select(address => new Replica(address, config.CircuitFailures, config.CircuitOpen, time))];
    }

    public UpstreamConfig Config { get; }

    public IReadOnlyList<Replica> Replicas => _replicas;

    /// <summary>A replica with a closed circuit and the fewest requests in flight, other than those tried; null when there is none. Leave it afterwards.</summary>
    public Replica? Enter(IReadOnlyCollection<Replica> tried)
    {
        while (true)
        {
            Replica? best = null;
            var first = (uint)Interlocked.Increment(ref _turn);
            for (var i = 0; i < _replicas.Length; i++)
            {
                var replica = _replicas[(first + (uint)i) % (uint)_replicas.Length];
                if ((best is null || replica.InFlight < best.InFlight) && !replica.IsOpen && !tried.Contains(replica))
                {
                    best = replica;
                }
            }

            if (best is null || best.TryEnter())
            {
                return best;
            }
        }
    }

    public HttpRequestMessage Request(HttpMethod method, Replica replica, string pathAndQuery) =>
        new(method, replica.TargetOf(pathAndQuery))
        {
            Version = Config.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

    public Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        _client.SendAsync(request, cancellationToken);

    public void Dispose() => _client.Dispose();
}
