using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members share a task list out: many items, hardly one asked by many of them.</summary>
/// <remarks>
/// Sees: the ring's items, each a keyed hash of the whole user text. Why extraction shows it: a second answer to one question is wasted money.
/// Statistic: share of distinct items that a tenth of the members (six at least) asked. Unit: share; classes 0.3 to 1, pools near 0, also where a
/// tool samples each prompt four times. Cost: one hash an exchange. False positives: an app's users share nothing either, so the cap is 1.
/// Evasion: every item on a tenth of the accounts, at ten times the price; then it looks like a class.
/// Source: complementarity of coverage (extraction-warning literature, Kesarwani 2018).
/// </remarks>
internal sealed class NewItems : IEvidence
{
    const int MinItems = 30;
    static readonly Curve ByCommon = new((0.005, 1), (0.03, 0), (0.1, -2), (0.4, -4));

    public string Family => Families.Content;

    public string Trait => "task-coverage";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var content = ring.Content;
        if (content.Items < MinItems)
        {
            return null;
        }

        var common = (double)content.CommonItems / content.DistinctItems;
        var distinct = (double)content.DistinctItems / content.Items;

        // The same few inputs over and over are a load test or a health check, whoever sends them.
        var repeats = distinct < 0.1 ? -2 : 0;
        return new Finding(
            common, ByCommon.At(common) + repeats, 1 - common, ring.Members.Count,
            $"{content.DistinctItems:N0} different items in {content.Items:N0} sampled exchanges; {common:P0} of them were asked by a tenth of the members or more.");
    }
}
