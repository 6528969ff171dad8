using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Engine.Rings;

/// <summary>What of an account does not hang on the ring it is looked at for, worked out once a judgement.</summary>
internal sealed class AccountFeatures
{
    public const long NoSignup = long.MinValue;

    const double MachineGapVariation = 0.8;
    const double PersonFollowUps = 0.05;
    const int MinRhythmExchanges = 8;
    /// <summary>Later turns from which one can tell whether an account serves many.</summary>
    public const int MinLaterTurns = 5;

    const double ManyUsersShare = 0.3;
    const long MinRhythmSpanMs = 6 * 3_600_000;

    readonly RingTraits[] _traits;
    readonly ulong[] _clients;
    readonly long[] _signups;

    public AccountFeatures(Population population, ReferenceCohort cohort)
    {
        _traits = new RingTraits[population.Count];
        _clients = new ulong[population.Count];
        _signups = new long[population.Count];
        population.ForEachChunk((_, from, to) => Fill(population, cohort, from, to));
    }

    void Fill(Population population, ReferenceCohort cohort, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            var account = population.Accounts[i];
            _clients[i] = Background.MainClient(account);
            _signups[i] = Background.SignupBucket(account) ?? NoSignup;
            var isEven = account.Exchanges >= MinRhythmExchanges && account.LastMs - account.FirstMs >= MinRhythmSpanMs && account.GapVariation < MachineGapVariation;
            _traits[i] = (isEven ? RingTraits.MachineRhythm : 0)
                | (account.FollowUps > PersonFollowUps * account.Exchanges ? RingTraits.FollowsUp : 0)
                | (cohort[i] ? RingTraits.ReferenceCohort : 0)
                | (account.InOrganization ? RingTraits.InOrganization : 0)
                | (account.Facts?.Verification >= VerificationLevel.Person ? RingTraits.WellVerified : 0)
                | (account.LaterTurns >= MinLaterTurns && account.Interleaved > ManyUsersShare * account.LaterTurns ? RingTraits.ManyUsers : 0);
        }
    }

    /// <summary>Rhythm, follow-ups, many users, cohort and standing.</summary>
    public RingTraits Of(int account) => _traits[account];

    /// <summary>The client it uses most, 0 when unknown.</summary>
    public ulong Client(int account) => _clients[account];

    public long SignupBucket(int account) => _signups[account];
}
