namespace Stillwatch.Storage.Exchanges;

/// <summary>One exchange as it is kept: who, when, what it cost, and its content-free sketch. No text of request or response.</summary>
public sealed record StoredExchange
{
    /// <summary>Unique.</summary>
    public required string Id { get; init; }

    /// <summary>Event time, Unix milliseconds.</summary>
    public required long TimeMs { get; init; }

    public required string Account { get; init; }

    public string? Organization { get; init; }

    public required string KeyId { get; init; }

    /// <summary>As the caller named it.</summary>
    public required string Model { get; init; }

    public required string UpstreamModel { get; init; }

    /// <summary>The writer's numbering of APIs.</summary>
    public required int Api { get; init; }

    public required int Status { get; init; }

    /// <summary>The writer's numbering of how an exchange may end.</summary>
    public required int End { get; init; }

    public required long InputTokens { get; init; }

    public required long CacheReadTokens { get; init; }

    public required long CacheWriteTokens { get; init; }

    public required long OutputTokens { get; init; }

    /// <summary>At least one of the four counts is our own.</summary>
    public required bool IsEstimated { get; init; }

    public required int LatencyMs { get; init; }

    /// <summary>The registered app it claims, by its id: an index into a register changes with the register. Null for none.</summary>
    public required string? App { get; init; }

    /// <summary>The upstream's own usage object as JSON; null when it stated none.</summary>
    public byte[]? Usage { get; init; }

    /// <summary>As the engine's sketch codec writes it; opaque here.</summary>
    public required byte[] Sketch { get; init; }
}

/// <summary>What is read back of an exchange to detect again.</summary>
/// <param name="Sequence">Its place in the log; grows, with gaps.</param>
/// <param name="Model">As the caller named it; with <paramref name="App"/> what a sketch holds as an index of the process that made it.</param>
public sealed record StoredSketch(long Sequence, string Account, string Model, string? App, byte[] Sketch);

/// <summary>What is read back of an exchange to ask what limits would have done: who, when, how much; no sketch.</summary>
/// <param name="TimeMs">When it began, Unix milliseconds.</param>
public sealed record StoredCall(
    long Sequence, long TimeMs, int LatencyMs, string Account, string? Organization, string KeyId, string Model,
    long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens);

/// <summary>What an account used in a span of time.</summary>
/// <param name="EstimatedExchanges">Of these, how many have a count of our own in place of the upstream's.</param>
public sealed record AccountUsage(
    long Exchanges, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, long EstimatedExchanges);

/// <summary>What was used of one model on one day, UTC.</summary>
/// <param name="Failed">Exchanges that ended in an error of the upstream's or ours, status 400 or above.</param>
public sealed record DayUsage(
    DateOnly Day, string Model, long Exchanges, long InputTokens, long CacheReadTokens, long CacheWriteTokens, long OutputTokens, long Failed)
{
    public DayUsage Plus(DayUsage other) => this with
    {
        Exchanges = Exchanges + other.Exchanges, InputTokens = InputTokens + other.InputTokens, CacheReadTokens = CacheReadTokens + other.CacheReadTokens,
        CacheWriteTokens = CacheWriteTokens + other.CacheWriteTokens, OutputTokens = OutputTokens + other.OutputTokens, Failed = Failed + other.Failed,
    };
}

/// <summary>An exchange in a list: no text, no sketch.</summary>
/// <param name="InputTokens">Cached ones included.</param>
public sealed record ExchangeLine(string Id, DateTimeOffset At, string Model, int Status, long InputTokens, long OutputTokens, int LatencyMs);
