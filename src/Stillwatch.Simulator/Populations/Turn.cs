using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>The answer that will come: enough to write it out, now or when somebody quotes it later.</summary>
/// <param name="Seed">Names the text; the same seed, length and style give the same text.</param>
/// <param name="Logged">Whether the log must hold the text; else chance decides.</param>
readonly record struct Answer(ulong Seed, int Tokens, OutputStyle Style, bool Logged = false)
{
    public string Text(World world) => world.Library.Outputs.Write(Seed, Tokens, Style);
}

/// <summary>What an actor says in one exchange; the rest of the exchange follows from its persona.</summary>
sealed record Turn
{
    public required IReadOnlyList<Message> Messages { get; init; }

    public required Answer Answer { get; init; }

    public string? System { get; init; }

    public IReadOnlyList<Tool> Tools { get; init; } = [];

    /// <summary>The tool the model asks for, if it does.</summary>
    public ToolUsePart? Call { get; init; }

    public ExchangeLabel Label { get; init; }

    public string? EndUser { get; init; }

    public string? Session { get; init; }

    public bool Batch { get; init; }

    /// <summary>Set when the exchange must fail with this status.</summary>
    public int? Status { get; init; }

    public double? Temperature { get; init; }

    public int? MaxTokens { get; init; }
}
