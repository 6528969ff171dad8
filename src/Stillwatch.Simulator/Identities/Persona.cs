using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Identities;

/// <summary>An account with the habits of whoever holds it, and what is true of it.</summary>
sealed class Persona
{
    public required AccountRecord Record { get; set; }

    /// <summary><c>benign:…</c> or <c>campaign:…</c>.</summary>
    public required string Class { get; init; }

    /// <summary>What a perfect judge would say; null for benign accounts.</summary>
    public Verdict? Verdict { get; init; }

    public bool Malicious => Verdict is not null;

    /// <summary>The account's own stream of randomness: nothing else draws from it, so accounts do not disturb each other.</summary>
    public required SeededRandom Random { get; init; }

    public required ulong Seed { get; init; }

    public required string Key { get; init; }

    public required ClientHabit Client { get; set; }

    /// <summary>Where calls come from; the first is home and most used.</summary>
    public required Address[] Addresses { get; set; }

    public string? App { get; set; }

    public required string Model { get; set; }

    /// <summary>Milliseconds after the start at which it moves to the new model; null if it stays.</summary>
    public double? MovesAtMs { get; set; }

    public double? Temperature { get; set; }

    public int? MaxTokens { get; set; }

    public bool Stream { get; set; }

    /// <summary>Whether its client names sessions.</summary>
    public bool NamesSessions { get; set; }

    /// <summary>Factor on the length of answers its questions bring about.</summary>
    public double Verbosity { get; set; } = 1;

    /// <summary>How likely an exchange goes on with the conversation at hand, 0 to 1.</summary>
    public double FollowUpRatio { get; set; }
}
