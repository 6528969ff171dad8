namespace Stillwatch.Gateway.Configuration;

/// <summary>Where a request goes. Immutable and shared by the requests for one model.</summary>
/// <param name="Model">The upstream's name of the model.</param>
/// <param name="Rule">The rule's name or pattern as the configuration has it: what metrics may state, since there are only so many.</param>
sealed record ModelRoute(UpstreamConfig Upstream, string Model, string Rule);
