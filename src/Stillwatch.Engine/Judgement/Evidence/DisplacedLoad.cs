using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement.Evidence;

/// <summary>When some members were slowed, the others took over their load.</summary>
/// <remarks>
/// Sees: trials in which a few members were held to a part of their rate, and how much the others' rate rose against accounts of no ring.
/// Why extraction shows it: one dispatcher feeds a pool and moves the work to whichever account is free. Statistic: log-likelihood ratio of each
/// trial, calibrated on windows of the same accounts in which nobody was slowed, summed. Unit: nats.
/// Cost: a look through at most a thousand trials a ring; none where no trial was made. False positives: an organization that balances its own
/// load over several accounts (one actor never is a ring), a class that waits its turn for one hour (trials fall at random times and count the
/// hour after as well); one or two trials never accuse. Evasion: a fixed share of work for each account, queues that wait out the slow one; so
/// finding nothing acquits by half a nat at the most.
/// Source: displacement tests of the abuse-engine survey, section 3.3.
/// </remarks>
internal sealed class DisplacedLoad : IEvidence
{
    const double Cap = 4;
    const double Innocent = -0.5; // a pool with a fixed share for each account shifts nothing either
    const int MinTrials = 3; // a single trial may fall on a coincidence; several at random times do not

    public string Family => Families.Time;

    public string Trait => "displaced-load";

    public Finding? Weigh(RingView ring, BenignReference reference)
    {
        if (ring.Displacement is not { } seen)
        {
            return null;
        }

        var nats = Math.Clamp(seen.Nats, Innocent, Cap);
        return new Finding(
            seen.ShiftedRatio, seen.Trials < MinTrials ? Math.Min(0, nats) : nats, 1 - Math.Exp(-Math.Max(0, nats)), seen.Treated,
            nats > 0
                ? $"In {seen.Trials} trials some members were slowed and {seen.ShiftedRatio:P0} of their load came up at the others."
                : $"In {seen.Trials} trials some members were slowed and the others did not take over their load.");
    }
}
