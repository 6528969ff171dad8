namespace Stillwatch.Gateway.Tests.Clients;

/// <summary>A client as its publisher ships it: a script that runs a package of npm, or a library in this process.</summary>
interface IPublishedClient
{
    string Name { get; }

    string Version { get; }

    /// <summary>Why it cannot be run here; null when it can.</summary>
    string? Obstacle { get; }

    /// <param name="run">One letter, another for each run: what "fails twice" is remembered by.</param>
    /// <returns>What each feature gave, without what differs from run to run.</returns>
    Task<IReadOnlyDictionary<string, FeatureResult>> RunAsync(Uri address, string key, string run, CancellationToken cancellationToken);
}

/// <param name="Attempts">Requests sent, retries included; 0 where the client does not let us count.</param>
/// <param name="Json">What the caller got, normalised.</param>
sealed record FeatureResult(int Attempts, string Json);
