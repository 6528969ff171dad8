using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Demo;

/// <summary>What the upstream will answer the next request with, and word of when that request came.</summary>
sealed class ExpectedAnswer(Exchange exchange)
{
    readonly TaskCompletionSource<string> _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Exchange Exchange { get; } = exchange;

    /// <summary>Done when the request has come; its result is the gateway's id of the request.</summary>
    public Task<string> Arrived => _arrived.Task;

    public void Arrive(string requestId) => _arrived.TrySetResult(requestId);
}
