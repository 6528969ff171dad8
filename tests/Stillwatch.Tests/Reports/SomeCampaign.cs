using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;

namespace Stillwatch.Tests.Reports;

static class SomeCampaign
{
    public static Campaign Make(
        string id, Verdict verdict, Rung rung, int accounts, IReadOnlyList<EvidenceItem> evidence, bool pivot = false)
    {
        var onset = Some.Start.AddHours(31);
        var names = Enumerable.Range(0, accounts).Select(i => $"acct_{id[2..]}{Scramble((ulong)i) % 0xFFFFFF:x6}{i:x3}").ToList();
        var timeline = Timeline(accounts).ToList();
        var exchanges = timeline.Sum(point => point.Exchanges);
        var campaign = new Campaign
        {
            Id = id, Verdict = verdict, Response = rung, Accounts = names, Exchanges = exchanges,
            Confidence = 0, PriorLogOdds = -9, LogOdds = 0, CalibrationLogOdds = -0.35,
            Reasons =
            [
                "These accounts claim to be unrelated and are run together: they share payment tokens, a request template and their working hours.",
                "Together they collect worked-out reasoning over 61 of 80 subject areas, which is what training another model needs.",
                "The evidence comes from five independent families, two of them neither content nor time.",
            ],
            Until = rung == Rung.Observe ? null : Some.Start.AddDays(20),
            Tasks = exchanges * 9 / 10, OutputTokens = exchanges * 1_480,
            FirstSeen = Some.Start.AddHours(9), Onset = onset, DetectedAt = onset.AddHours(5.6),
            Models = new Dictionary<string, long> { ["teacher-large"] = exchanges * 6 / 10, ["teacher-next"] = exchanges * 3 / 10, ["teacher-small"] = exchanges / 10 },
            Pivots = pivot ? [new Pivot(onset.AddDays(6.4), "teacher-large", "teacher-next", 0.47)] : [],
            Classes =
            [
                new TemplateClass("K-1", verdict, 0.997, accounts * 9 / 10, exchanges * 7 / 10, rung),
                new TemplateClass("K-2", verdict, 0.94, accounts * 4 / 10, exchanges * 2 / 10, rung == Rung.Observe ? rung : Rung.Verify),
                new TemplateClass("K-3", Verdict.Automation, 0.71, accounts / 5, exchanges / 10, Rung.Observe),
            ],
            Capabilities =
            [
                new CapabilityShare("reasoning-elicitation", 0.61), new CapabilityShare("rubric-grading", 0.17),
                new CapabilityShare("safe-rewriting", 0.08), new CapabilityShare("ordinary-use", 0.004),
            ],
            Evidence = evidence,
            Counterfactuals =
            [
                new Counterfactual("shared-payment", 12.1, rung), new Counterfactual("identity-and-money", 7.9, Min(rung, Rung.Verify)),
                new Counterfactual("content", 6.2, Rung.Observe),
            ],
            Lookalikes =
            [
                new LookAlike("classroom", verdict == Verdict.Automation ? 4.1 : -6.2, "A class ends with its deadline and shares an institution; these accounts go on for weeks and share none."),
                new LookAlike("viral-app", -3.4, "Users of one application share its system prompt, not its payment tokens, and each asks for things of their own."),
                new LookAlike("new-model-enthusiasm", -9.8, "The whole population moved 6 % of its calls to the new model; this ring moved 47 %."),
            ],
            Timeline = timeline,
            Ring = Ring(names),
        };
        return Some.Balanced(campaign, evidence);
    }

    /// <summary>An account whose ledger adds up: what it takes from its ring, then its own.</summary>
    public static AccountJudgement Account(Campaign campaign, string name, int i)
    {
        var own = 1.2 + (Scramble((ulong)i) % 300 / 100.0);
        IReadOnlyList<EvidenceItem> evidence =
        [
            SomeEvidence.Item("campaign", "ring", 4.4, 2.9, campaign.Accounts.Count, 0, 0, "It belongs to the ring by 4 traits that hold it together."),
            SomeEvidence.Item("content", "prompt-template", own + 0.4, own, 1, 0, 6.1, $"{40 + (i % 60)} % of its exchanges fill the ring's template."),
        ];
        return new AccountJudgement(
            name, campaign.Id, Ledger.ProbabilityOf(evidence.Sum(item => item.LogOdds)), campaign.DetectedAt.AddMinutes(i % 900),
            0.5 + (i % 50 / 100.0), ["K-1"], campaign.Response, evidence);
    }

    /// <summary>splitmix64's finaliser: looks random, never changes.</summary>
    public static ulong Scramble(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    static Rung Min(Rung a, Rung b) => a < b ? a : b;

    static IEnumerable<TimelinePoint> Timeline(int accounts)
    {
        for (var hour = 9; hour < 13 * 24; hour++)
        {
            var ramp = hour < 31 ? 0.02 : Math.Min(1, (hour - 28) / 40.0);
            var rhythm = 0.55 + (0.45 * Math.Sin(hour * Math.PI / 12));
            var noise = 0.85 + (Scramble((ulong)(hour + accounts)) % 300 / 1000.0);
            var exchanges = (long)(accounts * 0.6 * ramp * rhythm * noise);
            yield return new TimelinePoint(Some.Start.AddHours(hour), exchanges, (int)Math.Min(accounts, exchanges * 0.7));
        }
    }

    static RingPicture Ring(List<string> names)
    {
        (string Id, string Kind, string Family, int Percent)[] traits =
        [
            ("pay:1", "shared-payment", "identity-and-money", 18), ("pay:2", "shared-payment", "identity-and-money", 9), ("coh:1", "signup-cohort", "identity-and-money", 52),
            ("net:1", "network", "infrastructure", 40), ("net:2", "network", "infrastructure", 24), ("tls:1", "tls-fingerprint", "infrastructure", 97),
            ("rhy:1", "activity-rhythm", "time", 66), ("tpl:1", "prompt-template", "content", 88), ("tpl:2", "prompt-template", "content", 31), ("out:1", "own-output", "own-output", 2),
        ];
        var edges = names.SelectMany((name, i) => traits
                .Where((trait, t) => Scramble((ulong)((i / 7 * 64) + t)) % 100 < (ulong)trait.Percent)
                .Select(trait => new RingEdge(name, trait.Id, 3 + (i % 9))))
            .ToList();
        return new RingPicture(
            [
                .. names.Select(name => new RingNode(name, "account", null, 1)),
                .. traits.Select(trait => new RingNode(trait.Id, trait.Kind, trait.Family, edges.Count(edge => edge.Trait == trait.Id))),
            ],
            edges);
    }
}
