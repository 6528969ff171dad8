using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Nobody reads the answers: no person's next turn follows.</summary>
/// <remarks>
/// Sees: exchanges with an assistant turn before and new user text that is no tool result. Why extraction shows it: the answer goes to a file.
/// Statistic: share of the ring's exchanges. Unit: share; chat apps 0.3 to 0.6. Cost: one bit an exchange.
/// False positives: single-shot apps and batches; hence a small positive cap. Evasion: faked follow-ups, which double the attacker's cost.
/// Source: look-alike table of the domain survey.
/// </remarks>
internal sealed class FollowUps : IEvidence
{
    const int MinExchanges = 30;
    static readonly Curve ByShare = new((0.01, 1), (0.05, 0), (0.15, -1.5), (0.35, -3));

    public string Family => Families.Content;

    public string Trait => "follow-ups";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var content = ring.Content;
        if (content.Exchanges < MinExchanges)
        {
            return null;
        }

        var share = (double)content.FollowUps / content.Exchanges;
        return new Finding(
            share, ByShare.At(share), 1 - share, ring.Members.Count,
            $"{share:P0} of the ring's exchanges are a person's next turn in a conversation.");
    }
}
