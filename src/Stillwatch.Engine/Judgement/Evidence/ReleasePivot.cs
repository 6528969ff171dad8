using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The ring's traffic moved to another model at once, far beyond the population's own move.</summary>
/// <remarks>
/// Sees: accounts that take up a model at more than one and a half times the population's pace (<see cref="PivotTest"/>, false alarms 1 % a ring); then how much the model's share
/// rose, less the population's rise. Why extraction shows it: half of a disclosed campaign's traffic moved to a new model within a day. Statistic: excess of the share's
/// rise. Unit: share. Cost: a sort of the members' first uses. False positives: a group of enthusiasts (it does pivot, so it is shown; it shares nothing else), a registered
/// app's switch (an app moves all its users, which is why the cap is 2). Evasion: a slow move. Source: February 2026 disclosure.
/// </remarks>
internal sealed class ReleasePivot : IEvidence
{
    static readonly Curve ByExcess = new((0.15, 0), (0.35, 1), (0.6, 2));

    public string Family => Families.Time;

    public string Trait => "release-pivot";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (reference.MoveOf(ring) is not { } move)
        {
            return null;
        }

        return new Finding(
            move.Excess, ByExcess.At(move.Excess), 1 - move.PopulationRise, ring.Members.Count,
            $"{move.Rise:P0} of the ring's traffic moved to another model within hours; of everybody's traffic {move.PopulationRise:P0} did.");
    }
}
