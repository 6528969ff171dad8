using Stillwatch.Simulator.Populations;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>A harvest inside an innocent customer's system prompt and frame: the customer's first slot takes the harvester's request.</summary>
sealed class CopiedTemplate(FramedText victim, HarvestTemplate own) : HarvestTemplate
{
    public override HarvestItem Compose(PromptLibrary library, ulong seed, long index, Rewording? words = null)
        => new(victim.System, victim.Frame.Fill(library, seed, index, own.Compose(library, seed, index, words).Text, slot: null));
}
