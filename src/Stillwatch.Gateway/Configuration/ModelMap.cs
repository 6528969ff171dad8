using System.Diagnostics.CodeAnalysis;
using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Configuration;

/// <summary>Which upstream serves a requested model, and under which name there. Immutable, thread-safe.</summary>
sealed class ModelMap(GatewayConfig config)
{
    readonly GatewayConfig _config = config;

    /// <param name="model">The upstream's name of it.</param>
    /// <returns>False when no rule matches: a 404 that names the model asked for.</returns>
    public bool TryRoute(Dialect face, ReadOnlySpan<char> requested, [NotNullWhen(true)] out UpstreamConfig? upstream, [NotNullWhen(true)] out string? model) =>
        throw new NotImplementedException(_config.DataDirectory);

    /// <summary>The names without a pattern, for <c>/v1/models</c>, in the order of the file.</summary>
    public IReadOnlyList<string> ListedNames(Dialect face) => throw new NotImplementedException(face.ToString());
}
