using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>One request of a harvest: its system prompt, if it has one, and its user text.</summary>
readonly record struct HarvestItem(string? System, string Text);

/// <summary>A prompt template of a harvesting tool, with as many different items as are asked for.</summary>
abstract class HarvestTemplate
{
    /// <summary>Item <paramref name="index"/> of the task list that <paramref name="seed"/> names; each index gives another item.</summary>
    /// <param name="words">Says the frame in other words, the system prompt too; the slots' items stay. Null: as published.</param>
    public abstract HarvestItem Compose(PromptLibrary library, ulong seed, long index, Rewording? words = null);
}

/// <summary>The templates of one harvesting tool, as it would publish them: campaigns use them, and so do honest people.</summary>
sealed record HarvestFamily(string Name, Capability Capability, IReadOnlyList<HarvestTemplate> Templates);

/// <summary>What a harvest is after.</summary>
enum Capability
{
    Reasoning,
    Grading,
    Rewriting,
    Synthetic,
    Coding,
    Agentic,
    Analysis,
    Dialogue,
    Tagging,
}

static class Capabilities
{
    /// <summary>Reads the capability off the words of a corpus kind; what says nothing is taken as synthetic data.</summary>
    public static Capability Of(string kind)
    {
        (string Part, Capability Capability)[] signs =
        [
            ("judge", Capability.Grading), ("rubric", Capability.Grading), ("grad", Capability.Grading), ("preference", Capability.Grading),
            ("censor", Capability.Rewriting), ("rewrit", Capability.Rewriting), ("safe", Capability.Rewriting),
            ("tool", Capability.Agentic), ("agent", Capability.Agentic), ("traject", Capability.Agentic),
            ("code", Capability.Coding), ("oss", Capability.Coding), ("program", Capability.Coding),
            ("reason", Capability.Reasoning), ("cot", Capability.Reasoning), ("think", Capability.Reasoning),
            ("roleplay", Capability.Dialogue), ("dialog", Capability.Dialogue), ("tag", Capability.Tagging), ("analy", Capability.Analysis),
        ];
        foreach (var (part, capability) in signs)
        {
            if (kind.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return capability;
            }
        }

        return Capability.Synthetic;
    }
}
