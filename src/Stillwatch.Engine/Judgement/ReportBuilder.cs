using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;

namespace Stillwatch.Engine.Judgement;

/// <summary>Makes the report of contract 5.3 from what is held now.</summary>
internal sealed class ReportBuilder(DetectorSettings settings, string keyId, ModelNames models, AccountIds ids, CampaignRegister register)
{
    const int MaxBenign = 20;
    const string RestOfTraffic = "K-rest";

    public Report Build(InputSummary input, IReadOnlyList<CampaignState> states)
    {
        // A suspicion too weak for the mildest rung is nobody's campaign: naming it would accuse. Licensed ones are named, at observe.
        var malicious = states.Where(s => s.Judged.Verdict != Verdict.Automation && (s.Judged.Rung > Rung.Observe || s.Judged.DecisiveLogit >= Policy.Logit(settings.Policy.Verify.MinConfidence)))
            .OrderByDescending(s => s.Judged.Rung).ThenByDescending(s => s.Accounts.Count).ThenBy(s => s.Accounts[0].Member.Index);
        var benign = states.Where(s => s.Judged.Verdict == Verdict.Automation)
            .OrderByDescending(s => s.Accounts.Count).ThenBy(s => s.Accounts[0].Member.Index).Take(MaxBenign);
        var named = malicious.Concat(benign).Select(s => (Id: $"C-{s.Number}", State: s)).ToList();
        return new Report
        {
            Engine = typeof(ReportBuilder).Assembly.GetName().Version!.ToString(3),
            PolicyHash = settings.Policy.Hash,
            KeyId = keyId,
            Input = input,
            Campaigns = [.. named.Select(n => CampaignOf(n.Id, n.State))],
            Accounts = [.. named.Where(n => n.State.Judged.Verdict != Verdict.Automation).SelectMany(n => AccountsOf(n.Id, n.State)).OrderBy(a => a.Account, StringComparer.Ordinal)],
        };
    }

    Campaign CampaignOf(string id, CampaignState state)
    {
        var (judged, ring) = (state.Judged, state.Judged.Ring);
        var story = new RingStory(ring);
        List<ulong> names = [.. ring.Members.Select(m => m.Account.Name)];
        var detectedMs = register.DetectedMs(names, judged.Verdict, judged.Rung, ring.NowMs);
        var isBenign = judged.Verdict == Verdict.Automation;
        var licence = ring.Members.Select(m => AccountJudge.LicenceOf(m, ring.NowMs)).FirstOrDefault(l => AccountJudge.Allows(l, judged.Verdict));
        return new Campaign
        {
            Id = id,
            Verdict = judged.Verdict,
            Confidence = judged.Confidence,
            PriorLogOdds = isBenign ? -RingJudge.Prior : RingJudge.Prior,
            LogOdds = judged.Balance.LogOdds,
            CalibrationLogOdds = judged.CalibrationLogOdds,
            Response = judged.Rung,
            Reasons = Reasons(judged, licence),
            Until = judged.Rung == Rung.Observe ? null : Time(ring.NowMs).AddDays(settings.Policy.RuleOf(judged.Rung).Days),
            Licence = licence,
            Accounts = [.. ring.Members.Select(m => ids[m.Account.Name]).Order(StringComparer.Ordinal)],
            Exchanges = ring.Members.Sum(m => m.Account.Exchanges),
            Tasks = ring.Members.Sum(m => Math.Max(1, m.Account.Tasks)),
            OutputTokens = ring.Members.Sum(m => m.Account.OutputTokens),
            FirstSeen = Time(story.FirstMs),
            Onset = story.Onset,
            DetectedAt = Time(detectedMs),
            AlarmedAt = judged.Rung == Rung.Observe ? null : Time(register.AlarmedMs(names) ?? detectedMs),
            Models = ModelsOf(ring),
            Pivots = PivotsOf(judged),
            Classes = ClassesOf(state),
            Capabilities = CapabilitiesOf(ring),
            Evidence = judged.Balance.Items,
            Counterfactuals = isBenign ? [] : CounterfactualsOf(judged),
            Lookalikes = isBenign ? [] : LookAlikes.Of(judged.Balance),
            Timeline = story.Timeline,
            Ring = RingPictures.Of(ring, ids),
            ClassKeys = state.ClassKeys,
        };
    }

    List<string> Reasons(JudgedRing judged, Licence? licence)
    {
        var reasons = new List<string>();
        if (judged.Verdict == Verdict.Automation)
        {
            reasons.Add($"{judged.Ring.Actors} actors have something in common that lawful groups have too.");
            reasons.AddRange(LookAlikes.Innocence(judged.Balance).Take(3));
            return reasons;
        }

        reasons.AddRange(judged.Balance.Items.Where(i => i.LogOdds >= 0.5).OrderByDescending(i => i.LogOdds).Take(6).Select(i => i.Says));
        if (judged is { Rung: Rung.Verify, IsConclusive: true } && judged.Confidence < settings.Policy.Verify.MinConfidence)
        {
            reasons.Add("What we said to some members was sent in by others, all around the ring: conclusive, but only as far as verification.");
        }
        else if (judged.Rung > Rung.Observe && judged.DecisiveLogit < Policy.Logit(settings.Policy.RuleOf(judged.Rung).MinConfidence))
        {
            reasons.Add($"Confidence has fallen below the threshold of this rung ({settings.Policy.RuleOf(judged.Rung).MinConfidence}) by less than the policy's hysteresis; the rung is held.");
        }

        if (licence is not null)
        {
            reasons.Add($"A licence for {licence.Purpose}{(licence.Scope is null ? "" : $" of {licence.Scope}")} is registered, granted by {licence.GrantedBy ?? "nobody named"}: observed only.");
        }

        return reasons;
    }

    SortedDictionary<string, long> ModelsOf(Rings.RingView ring)
    {
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal);
        foreach (var model in ring.Members.SelectMany(m => m.Account.Models))
        {
            var name = models[(int)model.Value - 1];
            counts[name] = counts.GetValueOrDefault(name) + model.Count;
        }

        return counts;
    }

    List<Pivot> PivotsOf(JudgedRing judged)
    {
        var excess = judged.Balance.Items.FirstOrDefault(i => i.Trait == "release-pivot");
        return excess is null || judged.Pivot is not { } move || move.Excess < 0.15
            ? []
            : [new Pivot(Time(move.AtMs), models[move.From], models[move.To], move.Rise)];
    }

    List<TemplateClass> ClassesOf(CampaignState state)
    {
        var (judged, members) = (state.Judged, state.Judged.Ring.Members);
        var own = members.Sum(m => m.TemplateExchanges);
        var all = members.Sum(m => (double)m.Account.Exchanges);
        var classes = new List<TemplateClass>();
        if (judged.Ring.HasTemplates)
        {
            classes.Add(new TemplateClass("K-1", judged.Verdict, judged.Confidence, members.Count(m => m.Hits > 0), (long)Math.Round(own), judged.Rung));
        }

        var rest = judged.Ring.HasTemplates ? all - own : all;
        if (rest > 0.02 * all)
        {
            // What else these accounts do is judged as resale, on its own evidence; a harvest's verdict does not spill over to it.
            var logit = RingJudge.Prior + judged.Resale.LogOdds;
            var isResale = logit > 0;
            var whole = !judged.Ring.HasTemplates;
            classes.Add(new TemplateClass(
                RestOfTraffic,
                whole ? judged.Verdict : isResale ? Verdict.Resale : Verdict.Automation,
                whole ? judged.Confidence : 1 / (1 + Math.Exp(-Math.Abs(logit))),
                members.Count(m => m.TemplateShare < 0.98), (long)Math.Round(rest),
                whole ? judged.Rung : isResale ? settings.Policy.Decide(Verdict.Resale, logit, judged.Resale.ByFamily, Rung.Observe) : Rung.Observe));
        }

        return classes;
    }

    static List<CapabilityShare> CapabilitiesOf(Rings.RingView ring) =>
        [.. ring.Content.CueShares.Select((share, c) => new CapabilityShare(CapabilityNames.Of((Capabilities)(1 << c)), share))
            .Where(c => c.ShareRatio >= 0.01).OrderByDescending(c => c.ShareRatio).ThenBy(c => c.Name, StringComparer.Ordinal)];

    List<Counterfactual> CounterfactualsOf(JudgedRing judged)
    {
        Counterfactual Without(string what, Balance balance) =>
            new(what, balance.LogOdds, settings.Policy.Decide(judged.Verdict, RingJudge.Prior + balance.LogOdds, balance.ByFamily, Rung.Observe));

        var strongest = judged.Balance.Items.Where(i => i.LogOdds > 0.5).OrderByDescending(i => i.LogOdds).Take(6)
            .Select(i => Without(i.Trait, judged.Balance.Without(i.Trait)));
        var families = judged.Balance.ByFamily.Where(f => f.Value > 0.5).OrderByDescending(f => f.Value).ThenBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => Without(f.Key, judged.Balance.WithoutFamily(f.Key)));
        return [.. strongest, .. families];
    }

    IEnumerable<AccountJudgement> AccountsOf(string campaign, CampaignState state)
    {
        var hasTemplates = state.Judged.Ring.HasTemplates;
        foreach (var (account, links) in state.Accounts.Zip(state.LinkKeys))
        {
            var member = account.Member;
            yield return new AccountJudgement(
                ids[member.Account.Name], campaign, account.Confidence, Time(register.Of(member.Account.Name)!.Value.SinceMs),
                hasTemplates ? member.TemplateShare : 1,
                hasTemplates && member.Hits > 0 ? member.TemplateShare < 0.98 ? ["K-1", RestOfTraffic] : ["K-1"] : [RestOfTraffic],
                account.Rung, account.Balance.Items) 
            {
                AlarmedAt = register.Of(member.Account.Name)!.Value.AlarmedMs is > 0 and var alarmed ? Time(alarmed) : null,
                TraitKeys = links,
            };
        }
    }

    static DateTimeOffset Time(long ms) => DateTimeOffset.FromUnixTimeMilliseconds(ms);
}
