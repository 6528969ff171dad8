using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations;

/// <summary>A program that sends one request after the other, each complete in itself.</summary>
/// <param name="Compose">The system prompt and text of request number n.</param>
/// <param name="OutputTokens">Median length of an answer.</param>
sealed record BatchWork(Func<long, (string? System, string Text)> Compose, int OutputTokens, OutputStyle Style)
{
    /// <summary>Deviation of the answer's length in log space.</summary>
    public double OutputSigma { get; init; } = 0.6;

    public bool BatchApi { get; init; }

    public double? Temperature { get; init; }

    public int? MaxTokens { get; init; }
}

/// <summary>Runs a <see cref="BatchWork"/>; accounts of one owner share the work by offset and stride.</summary>
sealed class BatchActor(World world, Persona persona, Slot[] slots, BatchWork work, long offset = 0, long stride = 1) : Actor(world, persona, slots)
{
    protected override Turn Speak(int index)
    {
        var (system, text) = work.Compose(offset + (index * stride));
        return new Turn
        {
            System = system,
            Messages = [Message.User(text)],
            Answer = new Answer(Random.NextUInt64(), (int)Math.Clamp(Random.LogNormal(work.OutputTokens * Math.Sqrt(Persona.Verbosity), work.OutputSigma), 1, 4000), work.Style),
            Batch = work.BatchApi,
            Temperature = work.Temperature,
            MaxTokens = work.MaxTokens,
        };
    }
}
