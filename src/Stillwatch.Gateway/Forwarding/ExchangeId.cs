namespace Stillwatch.Gateway.Forwarding;

/// <summary>Ids we issue: <c>req_</c> for the caller's headers, <c>ex_</c> for the log, the same but for the prefix. Time-ordered and random (UUID version 7).</summary>
static class ExchangeId
{
    public static string NewRequestId(DateTimeOffset now) => $"req_{Guid.CreateVersion7(now):n}";

    public static string Of(string requestId) => string.Concat("ex_", requestId.AsSpan(4));
}
