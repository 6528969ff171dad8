namespace Stillwatch.Gateway.Recording;

/// <summary>Takes settled exchanges off the request path: a bounded queue, one writer, then storage and the live engine in the same order.</summary>
/// <remarks>Never blocks and never throws. Full queue: the exchange is dropped and counted. received = kept + dropped(reason) + waiting, always.</remarks>
sealed class ExchangeRecorder
{
    /// <summary>Hands over one exchange; false when it was dropped.</summary>
    public bool Record(SettledExchange exchange) => throw new NotImplementedException();
}
