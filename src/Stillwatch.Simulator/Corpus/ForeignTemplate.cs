using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Corpus;

/// <summary>A template in several languages: the one it was written in, and a version for each other language with items in that language.</summary>
/// <remarks>A version's frame is made once of the built-in grammar, so it stays the same for the whole campaign; it says about the same, not the same words.</remarks>
sealed class ForeignTemplate : HarvestTemplate
{
    readonly HarvestTemplate _own;
    readonly (string Language, SlotTemplate Frame)[] _versions;

    /// <param name="languages">How many, the template's own included: 2 to 6.</param>
    public ForeignTemplate(HarvestTemplate own, int languages, PromptLibrary library, ulong seed)
    {
        _own = own;
        var system = own.Compose(library, seed, 0).System is not null;
        _versions = [.. Languages.Foreign.Take(languages - 1).Select(language =>
        {
            var random = new SeededRandom(SeededRandom.Derive(seed, SeededRandom.Name(language)));
            var before = library.Grammar.Expand($"frame_{language}", random);
            return (language, new SlotTemplate($"{before}\n\n{{%foreign}}\n\n{library.Grammar.Expand($"frame_end_{language}", random)}", system ? library.Grammar.Expand($"frame_{language}", random) : null));
        })];
    }

    public override HarvestItem Compose(PromptLibrary library, ulong seed, long index, Rewording? words = null)
    {
        var which = (int)(SeededRandom.Derive(seed ^ 0x1A46, (ulong)index) % (ulong)(_versions.Length + 1));
        if (which == 0)
        {
            return _own.Compose(library, seed, index, words);
        }

        var (language, frame) = _versions[which - 1];
        return new HarvestItem(frame.System, frame.Fill(library, seed, index, library.ForeignItem(language, seed, index), slot: null));
    }
}
