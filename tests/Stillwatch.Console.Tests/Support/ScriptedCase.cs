using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Console.Tests.Support;

/// <summary>A case of distillation at shape, as the ladder would have opened it.</summary>
static class ScriptedCase
{
    public static readonly IReadOnlyList<string> Five = [.. Enumerable.Range(0, 5).Select(i => $"acct_{i}")];

    /// <returns>The case's id.</returns>
    public static string Open(CaseStore store, DateTimeOffset now, IReadOnlyList<string>? accounts = null, string reason = "They share a payment and a template.", string model = "m-1")
    {
        var (id, members) = (CaseIds.NewCase(now), accounts ?? Five);
        EvidenceItem[] evidence = [Item("content", "prompt-template"), Item("identity-and-money", "shared-payment"), Item("infrastructure", "network")];
        store.Change(_ =>
        [
            new CaseJudged
            {
                At = now, Case = id, Verdict = Verdict.Distillation, Confidence = 0.999, PriorLogOdds = -9, CalibrationLogOdds = 1, Evidence = evidence, Reasons = [reason], Joined = members,
                TraitKeys = [1, 2, 3], Kinds = ["prompt-template"],
                Harvest = new CaseHarvest(12_000, 4_000, 6_000_000, 0.8, now.AddDays(-9), new Dictionary<string, long> { [model] = 12_000 }, []),
            },
            new ActionTaken
            {
                At = now, Case = id, Id = CaseIds.NewAction(now), Accounts = members, From = Rung.Observe, To = Rung.Shape, Rule = "shape", PolicyHash = "aaaa",
                Families = EvidenceFamilies.Of(evidence), Reasons = [reason], Since = now, Until = now.AddDays(14), DecidedBy = Decisions.Policy, Enforced = true,
            },
        ]);
        return id;
    }

    static EvidenceItem Item(string family, string trait) => new(family, trait, 1, "individual", 0.99, 5, 5, 5, 0, 2, $"They share {trait}.");
}
