using Microsoft.Extensions.Logging;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>What forwarding tells the operator. Names of upstreams only; neither addresses nor anything a client sent. Events 2000 to 2099.</summary>
sealed partial class ForwardingLog(ILogger logger)
{
    readonly ILogger _logger = logger;

    [LoggerMessage(2000, LogLevel.Warning, "Upstream {Upstream} failed: {Kind}")]
    public partial void Failed(string upstream, string kind);

    [LoggerMessage(2001, LogLevel.Error, "Upstream {Upstream}: the circuit of a replica is open after repeated failures")]
    public partial void CircuitOpened(string upstream);

    [LoggerMessage(2002, LogLevel.Warning, "Upstream {Upstream} refused our credential with {Status}: check its api_key")]
    public partial void CredentialRefused(string upstream, int status);

    [LoggerMessage(2003, LogLevel.Error, "Exchange {ExchangeId} failed on a fault of ours")]
    public partial void Fault(string exchangeId, Exception e);
}
