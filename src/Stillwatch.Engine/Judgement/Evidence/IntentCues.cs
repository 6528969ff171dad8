using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The ring's requests name a capability far more than lawful customers' do.</summary>
/// <remarks>
/// Sees: six capabilities by words (never phrases). Why extraction shows it: a student learns what the teacher is made to write out.
/// Statistic: ln of the cue's share in the ring over its share in the cohort, for the most unusual capability. Unit: nats, capped at 3.
/// Cost: one look-up a token. False positives: evaluators, judges, teachers, all of whom use the words; one item of one family.
/// Evasion: other words. Recall without it is printed by the ablation. Source: capabilities named in the disclosures.
/// </remarks>
internal sealed class IntentCues : IEvidence
{
    const int MinItems = 20;
    const double Cap = 3;
    const double MinShare = 0.2;

    public string Family => Families.Content;

    public string Trait => "intent-cues";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var content = ring.Content;
        if (content.Items < MinItems)
        {
            return null;
        }

        var best = Enumerable.Range(0, CueLexicon.Count)
            .Select(c => (Capability: c, Share: content.CueShares[c], Nats: content.CueShares[c] < MinShare ? 0 : Math.Log(content.CueShares[c] / reference.CueRate(c))))
            .MaxBy(x => x.Nats);
        if (best.Nats <= 0)
        {
            return null;
        }

        return new Finding(
            best.Share, Math.Min(Cap, best.Nats), 1 - reference.CueRate(best.Capability), ring.Members.Count,
            $"{best.Share:P0} of the ring's items are worded to extract {CapabilityNames.Of((Capabilities)(1 << best.Capability))}; of the reference cohort's {reference.CueRate(best.Capability):P1} are.");
    }
}
