using Stillwatch.Engine;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>Judges the stored sketches under both ladders, in one reading. The same ladder twice is judged once.</summary>
/// <param name="RungsBefore">What each account above observe is under by the policy of now; <paramref name="RungsAfter"/> by the edit.</param>
sealed record ReplayDetection(
    Report Before, Report After, IReadOnlyDictionary<string, Rung> RungsBefore, IReadOnlyDictionary<string, Rung> RungsAfter, ScanTotals Totals)
{
    /// <exception cref="Storage.StorageUnusableException">The exchange log cannot be read.</exception>
    public static ReplayDetection Run(ReplayInputs inputs, long fromMs, Action<ScanProgress>? progress, CancellationToken cancellationToken)
    {
        var (models, ids) = (new ModelNames(), new AccountIds());
        var directory = new AccountDirectory(inputs.Key, inputs.Accounts);
        CampaignDetector Detector(Policy ladder) => new(new DetectorSettings { Policy = ladder, Learned = inputs.Learned, MemoryBytes = inputs.MemoryBytes }, inputs.Key, directory, models, ids);
        var after = Detector(inputs.After.Policy.Ladder);
        var before = inputs.Before.Policy.Ladder == inputs.After.Policy.Ladder ? after : Detector(inputs.Before.Policy.Ladder);

        bool Take(in ExchangeSketch sketch) => sketch.TimeMs < fromMs || (after.Add(in sketch) && (ReferenceEquals(before, after) || before.Add(in sketch)));
        var first = new ExchangeLogReader(inputs.Data.ExchangesPath, inputs.Key.Id).RowBefore(fromMs);
        var totals = new StoredSketches(inputs.Data, inputs.Key, models, ids, inputs.Apps, afterRow: first).Run(Take, progress, cancellationToken);
        after.Complete();
        before.Complete(); // nothing is left to do when it is the same
        var (was, willBe) = (before.Report([]), after.Report([]));
        return new ReplayDetection(was, willBe, Rungs(was, inputs.Before.Policy, inputs.After.Policy), Rungs(willBe, inputs.After.Policy, inputs.Before.Policy), totals);
    }

    /// <summary>Accounts whose rung rises, and those whose falls; each by campaign and step, the strictest and largest first.</summary>
    public (IReadOnlyList<RungChange> Touched, IReadOnlyList<RungChange> Released) Changes()
    {
        var (was, willBe) = (RungsBefore, RungsAfter);
        return (
            Moves(After, willBe, account => (was.GetValueOrDefault(account), willBe[account]), isUp: true),
            Moves(Before, was, account => (was[account], willBe.GetValueOrDefault(account)), isUp: false));
    }

    /// <summary>Accounts above observe. Where one of two policies only observes, what it decides touches nobody; where both do, what they decide is compared.</summary>
    static Dictionary<string, Rung> Rungs(Report report, AccessPolicy policy, AccessPolicy other) => policy.Mode == PolicyMode.Observe && other.Mode != PolicyMode.Observe ? [] : report.Accounts.Where(account => account.Response > Rung.Observe)
        .GroupBy(account => account.Account, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Max(account => account.Response), StringComparer.Ordinal);

    static List<RungChange> Moves(Report report, IReadOnlyDictionary<string, Rung> rungs, Func<string, (Rung Before, Rung After)> step, bool isUp) =>
    [
        .. from account in report.Accounts.DistinctBy(account => account.Account, StringComparer.Ordinal)
           where rungs.ContainsKey(account.Account)
           let move = step(account.Account)
           where isUp ? move.After > move.Before : move.After < move.Before
           group account.Account by (account.Campaign, move.Before, move.After) into moved
           let campaign = report.Campaigns.First(campaign => campaign.Id == moved.Key.Campaign)
           orderby moved.Key.After descending, moved.Key.Before descending, moved.Count() descending
           select new RungChange(moved.Key.Before, moved.Key.After, campaign.Verdict, campaign.Confidence, campaign.Reasons, [.. moved]),
    ];
}
