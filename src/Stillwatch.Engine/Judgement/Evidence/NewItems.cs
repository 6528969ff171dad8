using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Members share a task list out: many items, hardly one asked by two of them.</summary>
/// <remarks>
/// Sees: the ring's items, each a keyed hash of the whole user text. Why extraction shows it: a second answer to one question is wasted money.
/// Statistic: share of distinct items that two members asked. Unit: share; classes 0.3 to 1, pools near 0 (or all, where each item is sampled n
/// times). Cost: one hash an exchange. False positives: an app's users share nothing either, so the positive cap is 1.
/// Evasion: none worth its price; sampling each item on several accounts looks like a class and is the limit here.
/// Source: complementarity of coverage (extraction-warning literature, Kesarwani 2018).
/// </remarks>
internal sealed class NewItems : IEvidence
{
    const int MinItems = 30;
    static readonly Curve ByShared = new((0.01, 1), (0.05, 0.5), (0.15, 0), (0.4, -2.5), (0.8, -4));

    public string Family => Families.Content;

    public string Trait => "task-coverage";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var content = ring.Content;
        if (content.Items < MinItems)
        {
            return null;
        }

        var shared = (double)content.SharedItems / content.DistinctItems;
        var distinct = (double)content.DistinctItems / content.Items;

        // The same few inputs over and over are a load test or a health check, whoever sends them.
        var repeats = distinct < 0.1 ? -2 : 0;
        return new Finding(
            shared, ByShared.At(shared) + repeats, 1 - shared, ring.Members.Count,
            $"{content.DistinctItems:N0} different items in {content.Items:N0} sampled exchanges; {shared:P0} of them were asked by two members or more.");
    }
}
