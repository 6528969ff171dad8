namespace Stillwatch.Gateway.Forwarding;

/// <summary>Where an exchange goes.</summary>
/// <param name="UpstreamModel">The model's name there.</param>
/// <param name="RequestedModel">As the caller named it.</param>
sealed record Route(Upstream Upstream, string UpstreamModel, string RequestedModel)
{
    public bool IsRenamed => !UpstreamModel.Equals(RequestedModel, StringComparison.Ordinal);
}
