using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>What an account may have in common with a ring; each is a fact, none is proof.</summary>
[Flags]
internal enum RingTraits : ushort
{
    None = 0,

    /// <summary>At least half of its sampled exchanges follow the ring's templates.</summary>
    MostlyTemplate = 1,

    /// <summary>Some do: two or more, or a tenth.</summary>
    SomeTemplate = 2,
    SharedPayment = 4,
    SharedDevice = 8,
    SignupWave = 16,
    SharedNetwork = 32,
    RingClient = 64,

    /// <summary>Gaps as even as a scheduler's.</summary>
    MachineRhythm = 128,

    /// <summary>A person's next turns, in one exchange of twenty or more.</summary>
    FollowsUp = 256,
    ReferenceCohort = 512,

    /// <summary>Brings back what we said to another of them, again and again or in a circle (<see cref="Provenance.Circulation"/>).</summary>
    OwnOutput = 1024,

    /// <summary>Belongs to an organization that says so.</summary>
    InOrganization = 2048,

    /// <summary>Verified as a person or an organization.</summary>
    WellVerified = 4096,

    /// <summary>Serves several conversations at once.</summary>
    ManyUsers = 8192,

    /// <summary>Brought back what we said to another of them, once at least.</summary>
    SomeOutput = 16384,
}

/// <summary>What an account has in common with a ring. Plain numbers: everybody who shares an exit with a ring is looked at, and few become members.</summary>
internal readonly record struct Likeness(RingTraits Traits, int Hits, RingTies Ties)
{
    const double EnoughTies = 1.5;
    const double Worth = 0.4;

    /// <summary>How many things tie the account to its ring that are neither what it asks nor when. A card counts two, the ring's client half, as
    /// popular ones are everybody's.</summary>
    public double TieCount =>
        (Ties.Payment >= Worth ? 2 : 0)
        + (Ties.Device >= Worth ? 1.5 : 0)
        + (Ties.Wave >= Worth ? 1 : 0)
        + (Ties.Network >= Worth ? Math.Min(2, Ties.Exits) : 0)
        + (Has(RingTraits.OwnOutput) ? 1.5 : Has(RingTraits.SomeOutput) ? 1 : 0)
        + (Has(RingTraits.RingClient) ? 0.5 : 0);

    /// <summary>Whether that is more than one exit or one hour of sign-up, which anybody may meet by chance.</summary>
    public bool IsTied => TieCount >= EnoughTies;

    public bool Has(RingTraits trait) => (Traits & trait) != 0;
}

/// <summary>An account as a member of a ring.</summary>
internal sealed record RingMember(int Index, AccountState Account, Likeness Likeness)
{
    public int Hits => Likeness.Hits;

    public RingTraits Traits => Likeness.Traits;

    public RingTies Ties => Likeness.Ties;

    public double TieCount => Likeness.TieCount;

    public bool IsTied => Likeness.IsTied;

    /// <summary>Networks it shares with the ring beyond chance.</summary>
    public int Exits => Ties.Exits;

    /// <summary>Share of the account's sampled exchanges that follow the ring's templates, 0 to 1.</summary>
    public double TemplateShare => Account.Digests.Length == 0 ? 0 : (double)Hits / Account.Digests.Length;

    /// <summary>Its exchanges that follow the ring's templates, estimated from the sample.</summary>
    public double TemplateExchanges => TemplateShare * Account.Exchanges;

    public bool Has(RingTraits trait) => Likeness.Has(trait);
}
