using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Console.Live;

/// <summary>Where the console's pages get what they show: a gateway, or what a test makes up. Thread-safe.</summary>
public interface IConsoleSource
{
    /// <summary>What detection holds, as it is to be shown: what people decided since is in it. The same object while nothing changed.</summary>
    /// <exception cref="InvalidOperationException">Detection has failed.</exception>
    Task<Held> HeldAsync(CancellationToken cancellationToken);

    /// <summary>What has come through since the start.</summary>
    Traffic Traffic();

    /// <summary>How well the machinery keeps up.</summary>
    Health Health();

    /// <summary>What changes of campaigns, one after another, from now on; a slow reader is told what it missed.</summary>
    IAsyncEnumerable<News> NewsAsync(CancellationToken cancellationToken);
}

/// <param name="LogRow">The newest row of the exchange log in it.</param>
/// <param name="IsCurrent">False when exchanges came since and a newer report is not due yet, or detection has failed.</param>
public sealed record Held(Report Report, long LogRow, bool IsCurrent);

/// <summary>Exchanges since the start: received = kept + dropped + waiting.</summary>
/// <param name="Dropped">By reason.</param>
/// <param name="Undetected">Kept, and not looked at by detection, by reason.</param>
/// <param name="Refused">Requests that became no exchange, by error code.</param>
public sealed record Traffic(
    long Received, long Kept, long Waiting, IReadOnlyDictionary<string, long> Dropped, IReadOnlyDictionary<string, long> Undetected,
    IReadOnlyDictionary<string, long> Refused)
{
    public static Traffic None { get; } = new(0, 0, 0, new Dictionary<string, long>(), new Dictionary<string, long>(), new Dictionary<string, long>());
}

/// <param name="QueueLength">Exchanges the recorder's queue holds at most.</param>
/// <param name="LogRow">The newest row of the exchange log: less what detection has seen is its lag.</param>
/// <param name="Faults">What is wrong, a sentence each; empty when all is well.</param>
/// <param name="Enforces">Whether the policy restricts, or only observes.</param>
/// <param name="Restricted">Accounts under an enforced response now, by rung.</param>
public sealed record Health(int QueueLength, long LogRow, IReadOnlyList<string> Faults, bool Enforces, IReadOnlyDictionary<Rung, int> Restricted)
{
    public static Health Unknown { get; } = new(0, 0, [], false, new Dictionary<Rung, int>());
}

/// <summary>One change of one campaign, or of one case by a person.</summary>
/// <param name="At">Event time of the newest exchange that was known.</param>
/// <param name="Kind"><c>appeared</c>, <c>verdict</c>, <c>response</c>, <c>members</c>, <c>pivot</c> or <c>gone</c>; <c>decision</c> for what a person did.</param>
/// <param name="Campaign">Its id; the case's of a decision.</param>
/// <param name="Says">One sentence a person understands.</param>
public sealed record News(DateTimeOffset? At, string Kind, string Campaign, Verdict Verdict, Rung Response, string Says)
{
    /// <summary>The page it is about.</summary>
    public string Path => $"/{(Kind == "decision" ? "cases" : "campaigns")}/{Uri.EscapeDataString(Campaign)}";
}
