using System.Net;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

/// <summary>The whole configuration, valid and immutable. A hot reload makes a new one; see docs/configuration.md for the file.</summary>
sealed record GatewayConfig
{
    /// <summary>Where clients connect.</summary>
    public Uri Listen { get; init; } = new("http://127.0.0.1:8080");

    /// <summary>Where operators connect; loopback unless asked for.</summary>
    public Uri Admin { get; init; } = new("http://127.0.0.1:8081");

    /// <summary>A second, HTTP/2-only listener without TLS (h2c); null for none.</summary>
    public Uri? ListenH2c { get; init; }

    /// <summary>PEM certificate and key; needed when <see cref="Listen"/> is https.</summary>
    public TlsConfig? Tls { get; init; }

    /// <summary>The data directory: keys, exchange log, detection key.</summary>
    public string DataDirectory { get; init; } = "stillwatch-data";

    public IReadOnlyList<UpstreamConfig> Upstreams { get; init; } = [];

    /// <summary>In order: the first that matches decides.</summary>
    public IReadOnlyList<ModelRule> Models { get; init; } = [];

    /// <summary>Responses, lists and batches state the name the caller asked for instead of the upstream's.</summary>
    public bool EchoRequestedModel { get; init; } = true;

    /// <summary>Refuse what API version 2026-10-21 refuses and what lacks a version; otherwise lenient.</summary>
    public bool StrictAnthropicVersion { get; init; }

    /// <summary>Peers whose forwarding headers are believed.</summary>
    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    /// <summary>From a trusted proxy only.</summary>
    public string ClientIpHeader { get; init; } = "x-forwarded-for";

    /// <summary>Header a trusted TLS terminator states the JA4 fingerprint in; null for none.</summary>
    public string? Ja4Header { get; init; }

    /// <summary>Write request and response texts into <c>content/*.jsonl</c> (contract 5.1). Off unless asked for.</summary>
    public bool LogContent { get; init; }

    /// <summary>Files of contract 5.2.</summary>
    public string? Accounts { get; init; }

    public string? Organizations { get; init; }

    public string? Apps { get; init; }

    /// <summary>The policy file (docs/access.md); null for the policy that only observes.</summary>
    public string? Policy { get; init; }

    /// <summary>Largest bodies taken, per endpoint; a larger one is a 413. The defaults are the real API's (its documentation, 2026).</summary>
    public long MessageBodyBytes { get; init; } = 32L << 20;

    public long BatchBodyBytes { get; init; } = 256L << 20;

    public long FileBodyBytes { get; init; } = 500L << 20;

    /// <summary>Days an exchange's sketch is kept.</summary>
    public int RetentionDays { get; init; } = 30;

    /// <summary>Days an entry of the audit log is kept.</summary>
    public int AuditDays { get; init; } = 400;

    public DetectionConfig Detection { get; init; } = new(768L << 20, 20_000);

    /// <summary>The admin listener asks for no token. Only in development mode, or asked for by name (<c>admin.auth: none</c>).</summary>
    public bool AdminIsOpen { get; init; }

    /// <summary>How people sign in to the console.</summary>
    public ConsoleConfig Console { get; init; } = ConsoleConfig.Standard;

    /// <summary>Webhooks by which verification vendors report levels.</summary>
    public VerificationConfig Verification { get; init; } = new([], TimeSpan.FromMinutes(5));
}

/// <summary>How large detection may grow, and how often its state is kept.</summary>
/// <param name="MemoryBytes">Ceiling of its tables. Another one makes another state: the exchange log is then read anew.</param>
/// <param name="SnapshotEvery">Exchanges after which a snapshot is due; 0 for none, neither written nor read.</param>
sealed record DetectionConfig(long MemoryBytes, int SnapshotEvery);

/// <summary>Whose reports of verification are believed.</summary>
/// <param name="Secrets">Shared with the vendors; several while one is replaced. None: there is no webhook. Never logged.</param>
/// <param name="Tolerance">How far a signature's time may lie from now, in both directions.</param>
sealed record VerificationConfig(IReadOnlyList<string> Secrets, TimeSpan Tolerance)
{
    public override string ToString() => $"{Secrets.Count} secrets, tolerance {Tolerance}";
}

/// <summary>PEM files.</summary>
sealed record TlsConfig(string Certificate, string Key);

/// <summary>A model server, or several replicas of one, that speaks one dialect.</summary>
sealed record UpstreamConfig
{
    public required string Name { get; init; }

    public required Dialect Dialect { get; init; }

    /// <summary>Base addresses without <c>/v1</c>, at least one; replicas of the same models.</summary>
    public required IReadOnlyList<Uri> Replicas { get; init; }

    /// <summary>The upstream's own credential; null sends none. Never logged.</summary>
    public string? ApiKey { get; init; }

    /// <summary>How it is sent.</summary>
    public UpstreamAuth Auth { get; init; }

    /// <summary>Speak HTTP/2 (prior knowledge over http, ALPN over https).</summary>
    public bool Http2 { get; init; }

    /// <summary>Error bodies pass through unmodified; otherwise normalised, since they can name what is behind.</summary>
    public bool Trusted { get; init; }

    /// <summary>OpenAI streams whose caller did not ask for usage: ask for it and take the extra chunk out, or estimate.</summary>
    public bool AskForUsage { get; init; } = true;

    /// <summary>Send the account's keyed name as user id.</summary>
    public bool SendUserId { get; init; } = true;

    /// <summary>The upstream has <c>/v1/messages/batches</c>.</summary>
    public bool HasBatches { get; init; }

    /// <summary>The upstream has <c>/v1/files</c>.</summary>
    public bool HasFiles { get; init; }

    /// <summary>The upstream has <c>/v1/messages/count_tokens</c>; otherwise we count.</summary>
    public bool HasCountTokens { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>From the request's last byte to the response's headers; long, since a whole answer may be thought out before them.</summary>
    public TimeSpan HeadersTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Between two reads of a response body.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The whole exchange; it also bounds how long a deliberately slow reader holds a connection.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Consecutive failures that open a replica's circuit.</summary>
    public int CircuitFailures { get; init; } = 5;

    /// <summary>How long it stays open before one trial.</summary>
    public TimeSpan CircuitOpen { get; init; } = TimeSpan.FromSeconds(15);
}

enum UpstreamAuth
{
    /// <summary><c>x-api-key</c> for Anthropic, <c>Authorization: Bearer</c> for OpenAI.</summary>
    ByDialect,
    Bearer,
    ApiKey,
}

/// <summary>One line of the model mapping.</summary>
/// <param name="Match">A name, or a pattern with <c>*</c> for any run of characters.</param>
/// <param name="Upstream">Name of the upstream.</param>
/// <param name="Model">The name the upstream gets; null leaves the caller's.</param>
/// <param name="Face">Applies to callers of this dialect only; null to both.</param>
sealed record ModelRule(string Match, string Upstream, string? Model, Dialect? Face);
