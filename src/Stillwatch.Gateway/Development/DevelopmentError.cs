using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Development;

/// <summary>How the development upstream says that something failed; the form is the dialect's own.</summary>
static class DevelopmentError
{
    /// <summary>What <c>[dev:error-midstream]</c> puts into a running stream.</summary>
    public static GatewayError Midstream { get; } = new(529, "overloaded", "Stillwatch's development upstream was asked to fail in the middle of this stream.");

    public static GatewayError NotFound(string path) => new(404, "not_found", $"Stillwatch's development upstream has no {path}.");

    public static GatewayError Bad(string message) => new(400, "invalid_request", message);

    public static GatewayError Full(string message) => new(413, "too_large", message);

    /// <summary>What <c>[dev:error 529]</c> answers. A 429 says when to come back: after one second.</summary>
    public static GatewayError Wished(int status) => new(status, "asked_for", $"Stillwatch's development upstream was asked to answer {status}.")
    {
        RetryAfter = status == 429 ? TimeSpan.FromSeconds(1) : null,
    };

    public static string RequestId(long number) => $"req_dev_{number}";
}
