using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator;

namespace Stillwatch.Benchmarks;

/// <summary>Every ring the last judgement of a simulation weighed, lawful ones included, with its evidence, and what becomes of a campaign's accounts: why a campaign is lost, or nearly a class.</summary>
internal static class RingsLook
{
    /// <param name="least">Rings of lawful accounts below this sum of evidence, nats, are left out.</param>
    public static void Run(SimulatedRun run, double least, TextWriter output)
    {
        var (detector, simulation, ids, sent) = run.Detect();
        var truth = simulation.Truth.ToDictionary(t => t.Account);
        var inRings = new Dictionary<string, double>();
        foreach (var ring in detector.Candidates.OrderByDescending(r => r.Sum))
        {
            var members = ring.Ring.Members.Select(m => ids[m.Account.Name]).ToList();
            var fresh = members.Count(member => !inRings.ContainsKey(member));
            foreach (var member in members)
            {
                inRings[member] = Math.Max(inRings.GetValueOrDefault(member, double.NegativeInfinity), ring.Sum);
            }

            var malicious = members.Count(m => truth[m].Malicious);
            if (ring.Sum >= least || malicious * 2 > members.Count)
            {
                var classes = members.GroupBy(m => truth[m].Class).OrderByDescending(g => g.Count()).Take(3).Select(g => $"{g.Key} {g.Count()}");
                output.WriteLine($"{(malicious * 2 > members.Count ? "attack" : "lawful")} {ring.Verdict} sum {ring.Sum:f1} decisive {ring.DecisiveLogit:f1} n={members.Count}, {fresh} in no ring above ({string.Join(", ", classes)})");
                output.WriteLine("    " + string.Join(' ', ring.Balance.Items.OrderByDescending(i => i.LogOdds).Select(i => $"{i.Trait}={i.Value:0.00}:{i.LogOdds:+0.0;-0.0}")));
            }
        }

        var circle = (detector.Candidates.FirstOrDefault()?.Ring.Circle ?? new HashSet<ulong>()).Select(name => ids[name]).ToHashSet();
        var accounts = detector.Report([]).Accounts.GroupBy(a => a.Account).ToDictionary(g => g.Key, g => g.MaxBy(a => a.Response)!);
        var counts = sent.CountBy(s => s.Account).ToDictionary();
        foreach (var campaign in simulation.Truth.Where(t => t.Malicious && counts.ContainsKey(t.Account)).GroupBy(t => t.Class))
        {
            var (all, found) = (campaign.Count(), campaign.Count(t => accounts.TryGetValue(t.Account, out var a) && a.Response >= Engine.Responses.Rung.Verify));
            var missed = campaign.Where(t => !accounts.TryGetValue(t.Account, out var a) || a.Response < Engine.Responses.Rung.Verify).ToList();
            output.WriteLine($"{campaign.Key}: {found} of {all} at verify; of the others {missed.Count(t => !inRings.ContainsKey(t.Account))} in no ring, {missed.Count(t => accounts.ContainsKey(t.Account))} judged; {campaign.Count(t => circle.Contains(t.Account))} hand outputs round");
            foreach (var account in missed.Where(t => accounts.ContainsKey(t.Account)).Take(3).Select(t => accounts[t.Account]))
            {
                output.WriteLine($"    {account.Account} n={counts[account.Account]} confidence {account.Confidence:f2}: {string.Join(' ', account.Evidence.OrderByDescending(e => e.LogOdds).Select(e => $"{e.Trait}={e.Value:0}:{e.LogOdds:+0.0;-0.0}"))}");
            }
        }
    }
}
