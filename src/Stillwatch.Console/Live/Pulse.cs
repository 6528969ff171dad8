using System.Collections.Immutable;

namespace Stillwatch.Console.Live;

/// <summary>The last minutes of traffic, a figure a second, and what the gateway says of itself. Immutable.</summary>
/// <param name="PerSecond">Exchanges received in each of the last seconds, the newest last; at most <see cref="Seconds"/>.</param>
public sealed record Pulse(Traffic Traffic, Health Health, ImmutableArray<long> PerSecond)
{
    /// <summary>Seconds kept.</summary>
    public const int Seconds = 180;

    const int Smoothed = 5;

    public static Pulse None { get; } = new(Traffic.None, Health.Unknown, []);

    /// <summary>Exchanges a second, over the last five.</summary>
    public double Rate => PerSecond.IsEmpty ? 0 : PerSecond.TakeLast(Smoothed).Average();

    public long DroppedExchanges => Traffic.Dropped.Values.Sum();

    public long UndetectedExchanges => Traffic.Undetected.Values.Sum();

    /// <summary>A second later. The first look says nothing of a second: what came before it took longer.</summary>
    internal Pulse Next(Traffic traffic, Health health) => ReferenceEquals(Traffic, Traffic.None)
        ? new Pulse(traffic, health, [])
        : new Pulse(traffic, health, [.. PerSecond.TakeLast(Seconds - 1), Math.Max(0, traffic.Received - Traffic.Received)]);
}
