namespace Stillwatch.Gateway.Configuration;

/// <summary>What the command line states; it stands above the file, at every reload. Null leaves the file's value.</summary>
sealed record ConfigOverrides
{
    public string? Listen { get; init; }

    public string? Admin { get; init; }

    public string? DataDirectory { get; init; }

    public string? Accounts { get; init; }

    public string? Organizations { get; init; }

    public string? Apps { get; init; }

    public string? Policy { get; init; }
}
