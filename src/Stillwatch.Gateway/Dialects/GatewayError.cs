namespace Stillwatch.Gateway.Dialects;

/// <summary>A refusal or a failure in the gateway's own words, before it is put into the caller's dialect by <see cref="ErrorBody"/>.</summary>
/// <param name="Status">HTTP status; inside a running stream it only chooses the error's type.</param>
/// <param name="Code">Stable and machine-readable, <c>snake_case</c>: <c>unknown_model</c>, <c>duplicate_key</c>. Listed in docs/errors.md.</param>
/// <param name="Message">Thing, value and cure, for a person. Never content, never an upstream's address or credential.</param>
sealed record GatewayError(int Status, string Code, string Message)
{
    /// <summary>Sent as <c>x-should-retry</c>, which SDKs obey over their own rules; null sends nothing.</summary>
    public bool? ShouldRetry { get; init; }

    /// <summary>Sent as <c>allow</c>: the methods that a 405 says are taken.</summary>
    public string? Allow { get; init; }

    /// <summary>Sent as <c>retry-after</c>; kept at 60 s or less, since some SDKs sleep for as long as they are told.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
