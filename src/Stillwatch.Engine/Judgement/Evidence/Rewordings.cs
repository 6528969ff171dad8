using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The members ask ever new items in the same large set of wordings.</summary>
/// <remarks>
/// Sees: wordings of the ring's templates that several exchanges use, each with items of its own. Why extraction shows it: a task list is rewritten so that no
/// template stands out, and the rewritten list is handed to all accounts; an app has one wording for each of its functions. Statistic: number of such wordings.
/// Unit: count. Cost: one look-up an exchange, of rewritten templates only. False positives: prompt optimisers and A/B tests of one team, yet none of theirs is seen in a hundred wordings by a hundred strangers; exercises and
/// benchmarks repeat their items and do not count. Evasion: a new wording for each exchange, at the price of a model's call each.
/// </remarks>
internal sealed class Rewordings : IEvidence
{
    static readonly Curve ByCount = new((10, 0), (40, 2.5), (150, 4.5));

    public string Family => Families.Content;

    public string Trait => "rewordings";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var wordings = ring.Content.Wordings;
        return !ring.HasTemplates || wordings < 2 ? null : new Finding(
            wordings, ByCount.At(wordings), 1 - (1.0 / wordings), ring.Members.Count, $"The members' templates come in {wordings} wordings, each used with items of its own.");
    }
}
