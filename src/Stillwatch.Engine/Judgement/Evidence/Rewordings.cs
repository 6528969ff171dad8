using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>The members ask ever new items in the same large set of wordings.</summary>
/// <remarks>
/// Sees: wordings of the ring's templates that several exchanges use, each with items of its own. Why extraction shows it: a task list is rewritten so that no
/// template stands out, and the rewritten list is handed to all accounts; an app has one wording for each of its functions. Statistic: number of such wordings, which
/// counts less the more of the members carry conversations on (a fifth of a pool's, two thirds of an app's users). Unit: count. Cost: one look-up an exchange, of
/// rewritten templates only. False positives: apps that try their prompt in variants, hence that discount; exercises and benchmarks repeat their items and do not
/// count. Evasion: a new wording for each exchange, or talk beside the harvest, at the price of a model's call each.
/// </remarks>
internal sealed class Rewordings : IEvidence
{
    static readonly Curve ByCount = new((10, 0), (40, 2.5), (150, 4.5));
    static readonly Curve ByTalk = new((0.25, 1), (0.5, 0));

    public string Family => Families.Content;

    public string Trait => "rewordings";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var (wordings, talking) = (ring.Content.Wordings, ring.Share(RingTraits.FollowsUp));
        return !ring.HasTemplates || wordings < 2 ? null : new Finding(
            wordings, ByCount.At(wordings) * ByTalk.At(talking), 1 - (1.0 / wordings), ring.Members.Count,
            $"The members' templates come in {wordings} wordings, each used with items of its own; {talking:P0} of the members carry conversations on.");
    }
}
