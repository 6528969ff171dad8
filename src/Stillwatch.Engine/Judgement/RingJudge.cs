using Stillwatch.Engine.Judgement.Evidence;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>A ring with its verdict, its evidence and the rung that follows.</summary>
/// <param name="Logit">Of the confidence that the verdict is right, calibrated, nats.</param>
internal sealed record JudgedRing(RingView Ring, Verdict Verdict, Balance Balance, Balance Resale, double Logit, Rung Rung)
{
    /// <summary>The largest move to another model, for the report; null when the ring uses one.</summary>
    public ModelMove? Pivot { get; init; }

    /// <summary>Prior and counted evidence for being a campaign, before calibration, nats.</summary>
    public double Sum { get; init; }

    /// <summary>Log-odds of being a campaign that verdict and rung rest on, nats: never more than the evidence says by itself (<see cref="Calibration"/>).</summary>
    public double DecisiveLogit { get; init; }

    /// <summary>What calibration added to prior and evidence, nats.</summary>
    public double CalibrationLogOdds => Verdict == Verdict.Automation ? Logit + RingJudge.Prior - Balance.LogOdds : Logit - RingJudge.Prior - Balance.LogOdds;

    public double Confidence => 1 / (1 + Math.Exp(-Logit));

    const double ConclusiveLogOdds = 5.5; // both kinds of own-output evidence near their caps

    /// <summary>Whether our own outputs alone accuse the ring (design 4.5): then it may be asked to verify, and no more.</summary>
    public bool IsConclusive => Verdict == Verdict.Distillation && Balance.ByFamily.GetValueOrDefault(Families.OwnOutput) >= ConclusiveLogOdds;

    public bool IsBenign => Verdict == Verdict.Automation;

    /// <summary>Sure and large before sure and small, and both before unsure: the logit, and a nat for every factor e of members.</summary>
    public double Weight => Math.Abs(DecisiveLogit) + Math.Log(Ring.Members.Count);
}

/// <summary>Weighs every kind of evidence on a ring and picks the verdict that explains it best.</summary>
/// <remarks>
/// Three hypotheses. Distillation: prior −9 nats plus all families; where what is asked says so by <see cref="CoveredContent"/> nats, under the cover of resale too,
/// with many-users besides. Resale: the same prior, with many-users in place of what is asked.
/// Automation (benign) holds when neither is likelier than not on the evidence alone; its confidence is one minus the calibrated probability of the likelier of the
/// two, so it may lie under a half: nobody is accused because calibration says that rings like this one were campaigns.
/// </remarks>
internal sealed class RingJudge
{
    /// <summary>Log-odds of the base rate of campaigns among candidate groups, nats (reference arithmetic, design 4.5).</summary>
    public const double Prior = -9;

    // A hydra resells and harvests: the graver verdict stands where the harvest is likely by itself.
    const double LikelyHarvest = 3;
    const double HarvestContent = 1.5;
    const double CoveredContent = 2;

    static readonly IReadOnlyList<IEvidence> Common =
    [
        new SharedPayment(), new SignupWave(), new BatchIdentity(), new AgedMembers(),
        new SharedDevice(), new SharedNetwork(), new ExitPool(), new UniformClient(), new OutputCrossing(), new OutputCirculation(),
    ];

    static readonly IReadOnlyList<IEvidence> OfDistillation =
    [
        new EvenVolumes(), new MachineRhythm(), new RoundTheClock(), new ReleasePivot(), new DisplacedLoad(),
        new TemplateLift(), new TemplateBreadth(), new NewItems(), new FollowUps(), new RichOutputs(), new IntentCues(),
    ];

    // What else a harvest shows that hides among users: strangers at each account, who are no part of the template stream.
    static readonly IReadOnlyList<IEvidence> Cover = [new ManyUsers()];

    static readonly IReadOnlyList<IEvidence> OfResale = [new RoundTheClock(), new EvenVolumes(), new ManyUsers(), new DisplacedLoad()];

    readonly Policy _policy;
    readonly HashSet<string> _ignored;
    readonly CalibrationMap _map;

    /// <param name="ignored">Families and traits left out, for ablation.</param>
    /// <param name="map">From the sum of evidence to the confidence that is stated.</param>
    public RingJudge(Policy policy, IEnumerable<string> ignored, CalibrationMap map) => (_policy, _ignored, _map) = (policy, [.. ignored], map);

    /// <summary>Every kind of evidence there is, for documentation tests.</summary>
    public static IReadOnlyList<IEvidence> Kinds { get; } = [.. Common.Concat(OfDistillation).Concat(OfResale).DistinctBy(e => e.GetType())];

    public JudgedRing Judge(RingView ring, BenignReference reference)
    {
        var weighed = Weigh(ring, reference);
        IEnumerable<EvidenceItem> Of(IEnumerable<IEvidence> kinds) => kinds.Select(k => weighed.GetValueOrDefault(k.Trait)).OfType<EvidenceItem>();
        var distillation = OfHarvest([.. Of(Common), .. Of(OfDistillation)], ring.HasTemplates ? [.. Of(Cover)] : []);
        var resale = Balance.Of([.. Of(Common), .. Of(OfResale)]);
        var (d, r) = (Prior + distillation.LogOdds, Prior + resale.LogOdds);
        var harvests = d >= LikelyHarvest && distillation.ByFamily.GetValueOrDefault(Families.Content) >= HarvestContent;
        var (verdict, balance, sum) = d >= r || harvests ? (Verdict.Distillation, distillation, d) : (Verdict.Resale, resale, r);
        var (stated, decisive) = (_map.At(sum), Calibration.Decisive(sum, _map));
        if (decisive <= 0)
        {
            return new JudgedRing(ring, Verdict.Automation, Negated(balance), resale, -stated, Rung.Observe) { Sum = sum, DecisiveLogit = decisive };
        }

        var judged = new JudgedRing(ring, verdict, balance, resale, stated, Rung.Observe) { Sum = sum, DecisiveLogit = decisive, Pivot = reference.MoveOf(ring) };
        return Hold(judged, Rung.Observe);
    }

    /// <summary>The same judgement where <paramref name="held"/> was the rung before: it is kept inside the hysteresis.</summary>
    public JudgedRing Hold(JudgedRing judged, Rung held) =>
        judged with { Rung = _policy.Decide(judged.Verdict, judged.DecisiveLogit, judged.Balance.ByFamily, held, judged.IsConclusive) };

    /// <summary>What speaks for a harvest; and for its cover besides, where what is asked says so and the whole says more.</summary>
    internal static Balance OfHarvest(IReadOnlyList<EvidenceItem> harvest, IReadOnlyList<EvidenceItem> cover)
    {
        var bare = Balance.Of(harvest);
        if (cover.Count == 0 || bare.ByFamily.GetValueOrDefault(Families.Content) < CoveredContent)
        {
            return bare;
        }

        var covered = Balance.Of(harvest.Concat(cover));
        return covered.LogOdds > bare.LogOdds ? covered : bare;
    }

    /// <summary>Every kind of evidence that has something to say, by its trait; once, whichever hypotheses it speaks for.</summary>
    Dictionary<string, EvidenceItem> Weigh(RingView ring, BenignReference reference)
    {
        var items = new Dictionary<string, EvidenceItem>();
        foreach (var kind in Kinds)
        {
            if (!_ignored.Contains(kind.Family) && !_ignored.Contains(kind.Trait) && kind.Weigh(ring, reference) is { } finding)
            {
                items.Add(kind.Trait, Balance.Item(kind.Family, kind.Trait, finding));
            }
        }

        return items;
    }

    /// <summary>The same evidence as seen from the benign verdict: what spoke against it speaks for it.</summary>
    static Balance Negated(Balance balance) =>
        Balance.Of(balance.Items.Select(i => i with { RawLogOdds = -i.RawLogOdds }));
}
