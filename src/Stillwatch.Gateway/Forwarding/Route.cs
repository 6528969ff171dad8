using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Forwarding;

/// <summary>Where an exchange goes.</summary>
/// <param name="Rule">The line of the model mapping that decided, with the model's name there.</param>
/// <param name="RequestedModel">As the caller named it.</param>
sealed record Route(Upstream Upstream, ModelRoute Rule, string RequestedModel)
{
    public string UpstreamModel => Rule.Model;

    public bool IsRenamed => !UpstreamModel.Equals(RequestedModel, StringComparison.Ordinal);
}
