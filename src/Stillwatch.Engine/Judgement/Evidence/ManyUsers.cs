using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>Each account serves many people at once: the mark of a relay.</summary>
/// <remarks>
/// Sees: later turns that continue another conversation than the exchange before did. Why resale shows it: many users' conversations share one
/// account. Statistic: interleaved later turns over all later turns, median over members. Unit: share; a person 0 to 0.1, a relay 0.4 to 1.
/// Cost: one comparison an exchange. False positives: a company's backend (one organization), a coding client with several windows.
/// Evasion: an account for each end user, which ends the relay's profit. Source: relay defaults (sticky conversations over pooled accounts).
/// </remarks>
internal sealed class ManyUsers : IEvidence
{
    const int MinLaterTurns = 5;
    const int MinMembers = 5;
    const double NoConversations = -3; // a relay without conversations resells nothing
    static readonly Curve ByShare = new((0.05, -3), (0.15, -1), (0.3, 1.5), (0.5, 4));

    public string Family => Families.Content;

    public string Trait => "many-users";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        var values = ring.Members.Where(m => m.Account.LaterTurns >= MinLaterTurns)
            .Select(m => (double)m.Account.Interleaved / m.Account.LaterTurns).Order().ToList();
        if (values.Count < MinMembers || values.Count < ring.Members.Count / 4)
        {
            return new Finding(0, NoConversations, 0.5, values.Count, $"Only {values.Count} of {ring.Members.Count} members hold conversations at all: no sign of a relay.");
        }

        var median = values[values.Count / 2];
        return new Finding(
            median, ByShare.At(median), 1 - median, values.Count,
            $"{median:P0} of later turns continue another conversation than the exchange before: several people at each account.");
    }
}
