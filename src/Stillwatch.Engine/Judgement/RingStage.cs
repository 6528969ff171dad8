using Stillwatch.Engine.Displacements;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Provenance;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>A ring and its accounts as judged now, the latest judgement of both.</summary>
internal sealed record CampaignState(JudgedRing Judged, IReadOnlyList<JudgedAccount> Accounts)
{
    /// <summary>Content keys of the ring's template classes.</summary>
    public IReadOnlyList<ulong> ClassKeys { get; init; } = [];

    /// <summary>What links each account, in the order of <see cref="Accounts"/>; empty for a benign ring.</summary>
    public IReadOnlyList<IReadOnlyList<ulong>> LinkKeys { get; init; } = [];
}

/// <summary>The one stage that sees all shards' summaries: gate, cluster, link, weigh, judge, register. Runs at epochs of event time.</summary>
internal sealed class RingStage(DetectorSettings settings, AccountDirectory directory)
{
    /// <summary>Benign rings are reported from this many actors on; smaller ones are of no interest.</summary>
    const int MinBenignActors = 10;

    const double MaxCommon = 0.5;
    const double MaxTaken = 0.2; // what is left of a template's users when a ring took its own is mostly its lawful users
    const double LicensedShare = 0.8;
    const double HomeNats = 0.5; // by how much an account must belong more to another ring to change

    readonly Population _population = new(settings.Shards);
    readonly RingJudge _ringJudge = new(settings.Policy, settings.Ignored);
    readonly AccountJudge _accountJudge = new(settings.Policy);

    public CampaignRegister Register { get; } = new();

    public CrossingTable Crossings { get; } = new();

    public DisplacementTable Displacements { get; } = new();

    /// <summary>What the latest judgement held.</summary>
    public IReadOnlyList<CampaignState> Current { get; private set; } = [];

    public Population Population => _population;

    public void Judge(IReadOnlyList<AccountPartition> accounts, IReadOnlyList<TraitPartition> traits, long nowMs)
    {
        // 1. Who is there, and what normal looks like.
        _population.Take(accounts);
        var cohort = ReferenceCohort.Of(_population, directory, nowMs);

        // 2. Which templates stand out, and who follows them.
        var gated = TraitGate.Open(traits, _population, cohort);
        var classes = TemplateClasses.Cluster(gated, _population);
        var members = ClassMembers.Find(classes, _population);

        // 3. Groups of linked accounts.
        var background = new Background(_population);
        var (candidates, nodes) = new RingBuilder(_population, cohort, classes, members, Crossings).Build();
        var selection = new RingMembers(_population, cohort, background, members, nodes, Crossings, Displacements);
        var reference = new BenignReference(_population, cohort, background, nowMs);

        // 4. Judged on pooled evidence, each account on its own besides.
        JudgedRing? JudgeOf(RingCandidate candidate) => selection.Select(candidate, nowMs) is { } ring ? _ringJudge.Judge(ring, reference) : null;
        var first = candidates.AsParallel().AsOrdered().WithDegreeOfParallelism(settings.Shards).Select(JudgeOf).OfType<JudgedRing>().ToList();
        var judged = RingMerge.Join(Settled(Distinct(first, JudgeOf), JudgeOf), background, JudgeOf, Weight);
        var links = new LinkKeys(classes, members, Crossings);
        Current = [.. judged.Select(j => Settle(_ringJudge.Hold(j, Register.HeldBy(j.Ring, j.Verdict)), nowMs))
            .Select(c => IsBenign(c.Judged) ? c : c with { ClassKeys = ClassKeys.Of(c.Judged.Ring.Candidate, classes), LinkKeys = links.Of(c.Judged.Ring) })];
        Register.Record(Current.SelectMany(c => c.Accounts.Select(a => (a.Member.Account.Name, c.Judged.Verdict, a.Rung))), nowMs);
    }

    /// <summary>One account, one campaign: the strongest ring takes its members, what is left of the others is judged anew. Rings that are
    /// benign, or mostly another's, or small, go.</summary>
    static List<JudgedRing> Distinct(IEnumerable<JudgedRing> judged, Func<RingCandidate, JudgedRing?> judge)
    {
        var kept = new List<JudgedRing>();
        var taken = new HashSet<int>();
        var open = judged.OrderBy(IsBenign).ThenByDescending(Weight).ThenBy(j => j.Ring.Members[0].Index).ToList();
        foreach (var ring in open)
        {
            var common = ring.Ring.Members.Count(m => taken.Contains(m.Index)) / (double)ring.Ring.Members.Count;
            var mine = common == 0 ? ring
                : IsBenign(ring) ? (common < MaxCommon ? ring : null)
                : common > MaxTaken && !ring.Ring.Candidate.ByIdentity ? null
                : judge(ring.Ring.Candidate.Without(taken));
            if (mine is not null && (!IsBenign(mine) || mine.Ring.Actors >= MinBenignActors))
            {
                kept.Add(mine);
                taken.UnionWith(mine.Ring.Members.Select(m => m.Index));
            }
        }

        return kept;
    }

    /// <summary>Accounts that a stronger ring took although they belong more to another go there, and both are judged anew.</summary>
    static List<JudgedRing> Settled(List<JudgedRing> kept, Func<RingCandidate, JudgedRing?> judge)
    {
        var accused = kept.Where(k => !IsBenign(k)).ToList();
        var homes = new Dictionary<int, int>();
        for (var r = 0; r < accused.Count; r++)
        {
            foreach (var member in accused[r].Ring.Members)
            {
                var best = Enumerable.Range(0, accused.Count).MaxBy(o => accused[o].Ring.MembershipOf(member.Index) + (o == r ? HomeNats : 0));
                if (best != r)
                {
                    homes[member.Index] = best;
                }
            }
        }

        JudgedRing? Anew(JudgedRing ring)
        {
            var r = accused.IndexOf(ring);
            if (r < 0 || !homes.Any(h => h.Value == r || ring.Ring.Members.Any(m => m.Index == h.Key)))
            {
                return ring;
            }

            var others = accused.Where(o => o != ring).SelectMany(o => o.Ring.Members.Select(m => m.Index)).Where(a => homes.GetValueOrDefault(a, -1) != r);
            var gone = homes.Where(h => h.Value != r).Select(h => h.Key);
            return judge(ring.Ring.Candidate.Without(others.Concat(gone).ToHashSet()));
        }

        return homes.Count == 0 ? kept : [.. kept.Select(Anew).OfType<JudgedRing>()];
    }

    static bool IsBenign(JudgedRing ring) => ring.Verdict == Verdict.Automation;

    /// <summary>Sure and large before sure and small, and both before unsure: the logit, and a nat for every factor e of members.</summary>
    static double Weight(JudgedRing ring) => ring.Logit + Math.Log(ring.Ring.Members.Count);

    CampaignState Settle(JudgedRing judged, long nowMs)
    {
        var accounts = judged.Ring.Members
            .Select(m => _accountJudge.Judge(m, judged, Register.Of(m.Account.Name) is { } held && held.Verdict == judged.Verdict ? held.Rung : Rung.Observe, nowMs))
            .ToList();
        var licensed = accounts.Count(a => AccountJudge.Allows(AccountJudge.LicenceOf(a.Member, nowMs), judged.Verdict));
        return new CampaignState(licensed >= LicensedShare * accounts.Count ? judged with { Rung = Rung.Observe } : judged, accounts);
    }
}
