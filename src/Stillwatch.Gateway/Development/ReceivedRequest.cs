namespace Stillwatch.Gateway.Development;

/// <summary>A request as it reached the development upstream.</summary>
/// <param name="Body">At most <see cref="ReceivedLog.MaxBodyBytes"/> of it.</param>
sealed record ReceivedRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    readonly TaskCompletionSource<ReplyEnd> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when the upstream is done with it.</summary>
    public Task<ReplyEnd> Ended => _ended.Task;

    internal void End(ReplyEnd end) => _ended.TrySetResult(end);
}

enum ReplyEnd
{
    Complete,

    /// <summary>The caller left, or cancelled.</summary>
    Aborted,
}
