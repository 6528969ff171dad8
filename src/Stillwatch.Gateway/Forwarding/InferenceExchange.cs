using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Metering;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What is known of an exchange while it runs. Belongs to one request; not thread-safe.</summary>
sealed class InferenceExchange(string id, string requestId, Dialect face, Caller caller, GatewayState state) : IDisposable
{
    public string Id { get; } = id;

    public string RequestId { get; } = requestId;

    /// <summary>The caller's dialect.</summary>
    public Dialect Face { get; } = face;

    public Caller Caller { get; } = caller;

    public GatewayState State { get; } = state;

    /// <summary>When the request arrived, by event time.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>When it arrived, by the clock that durations are measured with.</summary>
    public required long StartTimestamp { get; init; }

    /// <summary>One request of a batch.</summary>
    public bool IsBatch { get; init; }

    /// <summary>The upstream is told the account's keyed name even where the client stated no user; not where its API has no place for one.</summary>
    public bool IntroducesUser { get; init; } = true;

    /// <summary>Held until it was sent and its tokens are known.</summary>
    public RequestBody? Body { get; set; }

    public ExchangeSketch Sketch;

    public bool Stream { get; set; }

    /// <summary>An OpenAI caller asked for the usage chunk.</summary>
    public bool IncludeUsage { get; set; }

    public Route? Route { get; set; }

    public BodyEdits? Edits { get; set; }

    /// <summary>Fed with the upstream's bytes; null until there is a response.</summary>
    public ResponseReading? Reading { get; set; }

    /// <summary>As the caller got it.</summary>
    public int Status { get; set; }

    public ExchangeEnd End { get; set; } = ExchangeEnd.Failed;

    /// <summary>The upstream took the request: tokens are spent whatever becomes of the response.</summary>
    public bool ReachedModel { get; set; }

    /// <summary>Time the upstream had the exchange, by the measuring clock.</summary>
    public TimeSpan UpstreamTime { get; set; }

    public Dialect UpstreamDialect => Route!.Upstream.Config.Dialect;

    public bool IsTranslated => UpstreamDialect != Face;

    public ExchangeApi Api => Face == Dialect.Anthropic ? ExchangeApi.AnthropicMessages : ExchangeApi.OpenAiChat;

    /// <summary>The name the caller's response states instead of the upstream's; null leaves that.</summary>
    public string? EchoedModel => State.Config.EchoRequestedModel && Route!.IsRenamed ? Route.RequestedModel : null;

    public void Dispose()
    {
        Body?.Dispose();
        Body = null;
        Reading?.Dispose();
    }
}
