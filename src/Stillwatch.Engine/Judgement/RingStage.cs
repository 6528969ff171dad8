using System.Collections.Concurrent;
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
    /// <summary>What the campaign is called by, from one judgement to the next.</summary>
    public int Number { get; init; }

    /// <summary>Content keys of the ring's template classes.</summary>
    public IReadOnlyList<ulong> ClassKeys { get; init; } = [];

    /// <summary>What links each account, in the order of <see cref="Accounts"/>; empty for a benign ring.</summary>
    public IReadOnlyList<IReadOnlyList<ulong>> LinkKeys { get; init; } = [];
}

/// <summary>The one stage that sees all shards' summaries: gate, cluster, link, weigh, judge, register. Runs at epochs of event time.</summary>
internal sealed class RingStage(DetectorSettings settings, AccountDirectory directory)
{
    const double LicensedShare = 0.8;

    readonly Population _population = new(settings.Shards);
    RingJudge _ringJudge = new(settings.Policy, settings.Ignored, settings.Calibration);
    AccountJudge _accountJudge = new(settings.Policy);

    public CampaignRegister Register { get; private set; } = new();

    public CrossingTable Crossings { get; } = new();

    public DisplacementTable Displacements { get; } = new();

    /// <summary>What the latest judgement held.</summary>
    public IReadOnlyList<CampaignState> Current { get; private set; } = [];

    /// <summary>Every ring the latest judgement weighed, rejected and overlapping ones included: what calibration is measured on.</summary>
    public IReadOnlyList<JudgedRing> Candidates { get; private set; } = [];

    public Population Population => _population;

    /// <summary>Another policy, from the next judgement on.</summary>
    public void Use(Policy policy) => (_ringJudge, _accountJudge) = (new RingJudge(policy, settings.Ignored, settings.Calibration), new AccountJudge(policy));

    /// <summary>What is held, to be brought back by <see cref="Return"/> after judgements that must leave no trace.</summary>
    public (CampaignRegister Register, IReadOnlyList<CampaignState> Current, int Accounts) Mark() => (Register.Copy(), Current, _population.Count);

    public void Return((CampaignRegister Register, IReadOnlyList<CampaignState> Current, int Accounts) mark)
    {
        (Register, Current) = (mark.Register, mark.Current);
        _population.Truncate(mark.Accounts);
    }

    public void Judge(IReadOnlyList<AccountPartition> accounts, IReadOnlyList<TraitPartition> traits, long nowMs)
    {
        // 1. Who is there, and what normal looks like.
        Candidates = []; // with all they hold: the next take their place in memory
        _population.Take(accounts);
        var cohort = ReferenceCohort.Of(_population, directory, nowMs);

        // 2. Which templates stand out, and who follows them; beside that, what everybody shares, and what normal accounts do.
        _ = Crossings.Circulation; // before the workers ask for it
        var beside = _population.Beside(() =>
        {
            var shared = new Background(_population);
            return (shared, new IdentityLinks(_population, Crossings), new BenignReference(_population, cohort, shared, nowMs));
        });
        var gated = TraitGate.Open(traits, _population, cohort);
        var classes = TemplateClasses.Cluster(gated, RewordedTemplates.Find(traits, _population, gated), _population);
        var members = ClassMembers.Find(classes, _population);
        var (background, identities, reference) = beside.GetAwaiter().GetResult();

        // 3. Groups of linked accounts.
        var (candidates, nodes) = new RingBuilder(_population, cohort, classes, members, identities).Build();
        var selection = new RingMembers(_population, cohort, background, members, nodes, Crossings, Displacements, nowMs);

        // 4. Judged on pooled evidence, each account on its own besides.
        var known = new ConcurrentDictionary<RingView, Lazy<JudgedRing>>(); // a campaign is found several times over, and weighed once
        JudgedRing? JudgeOf(RingCandidate candidate) => selection.Select(candidate) switch
        {
            null => null,
            { IsShared: false } ring => _ringJudge.Judge(ring, reference), // of one candidate only: it is let go of with the judgement
            { } ring => known.GetOrAdd(ring.First, first => new(() => _ringJudge.Judge(first, reference))).Value with { Ring = ring },
        };
        var found = new JudgedRing?[candidates.Count];
        _population.ForEach(found.Length, c => found[c] = JudgeOf(candidates[c]));
        List<JudgedRing> first = [.. found.OfType<JudgedRing>()];
        Candidates = first;
        var judged = RingMerge.Join(RingSelection.Choose(first, JudgeOf), background, JudgeOf);
        var links = new LinkKeys(classes, members, Crossings);
        Current = [.. judged.Select(j => Settle(_ringJudge.Hold(j, Register.HeldBy(j.Ring, j.Verdict)), nowMs))
            .Select(c => c.Judged.IsBenign ? c : c with { ClassKeys = ClassKeys.Of(c.Judged.Ring.Candidate, classes), LinkKeys = links.Of(c.Judged.Ring) })];
        Current = Register.Named(Current, nowMs);
        Register.Record(Current.SelectMany(c => c.Accounts.Select(a => (a.Member.Account.Name, c.Judged.Verdict, a.Rung))), nowMs);
    }

    CampaignState Settle(JudgedRing judged, long nowMs)
    {
        var (members, accounts) = (judged.Ring.Members, new JudgedAccount[judged.Ring.Members.Count]);
        _population.ForEach(accounts.Length, i =>
        {
            var held = Register.Of(members[i].Account.Name) is { } known && known.Verdict == judged.Verdict ? known.Rung : Rung.Observe;
            accounts[i] = _accountJudge.Judge(members[i], judged, held, nowMs);
        });
        var licensed = accounts.Count(a => AccountJudge.Allows(AccountJudge.LicenceOf(a.Member, nowMs), judged.Verdict));
        return new CampaignState(licensed >= LicensedShare * accounts.Length ? judged with { Rung = Rung.Observe } : judged, accounts);
    }
}
