namespace Stillwatch.Gateway.Recording;

/// <summary>Where the exchanges are: received = kept + dropped (all reasons) + waiting, at every moment.</summary>
/// <param name="Received">Settled exchanges handed over.</param>
/// <param name="Kept">On disk.</param>
/// <param name="Waiting">In the queue, or in the batch being written.</param>
/// <param name="Dropped">By reason: <c>queue_full</c>, <c>storage_failed</c>, <c>stopped</c>.</param>
/// <param name="Undetected">Kept, but not looked at by detection, by reason: <c>late</c>, <c>engine_failed</c>.</param>
/// <param name="Refused">Requests refused before they became an exchange, by error code.</param>
sealed record RecordingCounts(
    long Received, long Kept, long Waiting, IReadOnlyDictionary<string, long> Dropped, IReadOnlyDictionary<string, long> Undetected,
    IReadOnlyDictionary<string, long> Refused);
