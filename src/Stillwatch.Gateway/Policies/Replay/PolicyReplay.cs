using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Storage;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.Logs;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Gateway.Policies.Replay;

/// <summary>Whom an edited policy would have touched, over what a server stored, before the policy is applied. Changes nothing.</summary>
/// <remarks>
/// Steps: (1) detection reads the sketches of the span and judges under both ladders; (2) the exchanges of the span, in the order they
/// began, go through levels and limits of both policies; (3) every account seen is looked at by region rules, its network left out.
/// </remarks>
static class PolicyReplay
{
    const long DayMs = 24L * 60 * 60 * 1000;
    const int CallsPerProgress = 10_000;

    /// <param name="sketches">Told now and then while sketches are read; <paramref name="calls"/> while exchanges are.</param>
    /// <exception cref="StorageUnusableException">The exchange log cannot be read, or holds nothing.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<ReplayReport> RunAsync(
        ReplayInputs inputs, ReplayParts parts, Action<ScanProgress>? sketches = null, Action<long, long>? calls = null, CancellationToken cancellationToken = default)
    {
        var log = new ExchangeLogReader(inputs.Data.ExchangesPath, inputs.Key.Id);
        var toMs = log.NewestMs() ?? throw new StorageUnusableException($"{inputs.Data.ExchangesPath} holds no exchange yet; there is nothing to replay.");
        var fromMs = Math.Max(0, toMs - (inputs.Days * DayMs) + 1);
        var detection = ReplayDetection.Run(inputs, fromMs, sketches, cancellationToken);
        var standings = new ReplayStandings(inputs);
        var before = new ReplayedAccess(inputs.Before.Policy, detection.Before, standings, parts.Limiter);
        var after = new ReplayedAccess(inputs.After.Policy, detection.After, standings, parts.Limiter);
        var (exchanges, seen, all) = (0L, new HashSet<string>(StringComparer.Ordinal), log.Count());
        try
        {
            foreach (var call in log.Calls(fromMs, cancellationToken))
            {
                seen.Add(call.Account);
                await before.AddAsync(call);
                await after.AddAsync(call);
                if (++exchanges % CallsPerProgress == 0)
                {
                    calls?.Invoke(exchanges, all);
                }
            }
        }
        catch (SqliteException e)
        {
            throw new StorageUnusableException($"{inputs.Data.ExchangesPath} cannot be read on: {e.Message}", e);
        }

        var (touched, released) = detection.Changes();
        return new ReplayReport(
            1, DateTimeOffset.FromUnixTimeMilliseconds(fromMs), DateTimeOffset.FromUnixTimeMilliseconds(toMs), inputs.Days, exchanges, seen.Count,
            NameOf(inputs.Before), NameOf(inputs.After), Classes(detection, standings, seen), touched, released,
            parts.Limiter is null ? [] : RuleTally.Compare(before.Limits, after.Limits),
            RuleTally.Compare(before.Levels, after.Levels),
            Regions(inputs, parts, standings, seen),
            Notes(inputs, parts, detection.Totals))
        {
            IsUntrustworthy = detection.Totals.IsUntrustworthy,
        };
    }

    static ReplayedPolicy NameOf(NamedPolicy named) => new(named.Name, named.Policy.Hash, PolicyWords.Modes.Of(named.Policy.Mode));

    // Touched classes first, the strictest rung first.
    static List<ClassChange> Classes(ReplayDetection detection, ReplayStandings standings, HashSet<string> seen)
    {
        var (before, after) = (detection.RungsBefore, detection.RungsAfter);
        var classes = seen.Concat(before.Keys).Concat(after.Keys).Distinct(StringComparer.Ordinal).GroupBy(standings.ClassOf, StringComparer.Ordinal).Select(members =>
        {
            var rungs = new SortedDictionary<string, CountChange>(StringComparer.Ordinal);
            foreach (var rung in (Rung[])[Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend])
            {
                int At(IReadOnlyDictionary<string, Rung> rungOf) => members.Count(account => rungOf.GetValueOrDefault(account) == rung);
                rungs[PolicyWords.Rungs.Of(rung)] = new CountChange(At(before), At(after));
            }

            return new ClassChange(members.Key, members.Count(), rungs);
        });
        return [.. classes.OrderByDescending(change => change.Rungs.Values.Max(count => Math.Max(count.Before, count.After)) > 0).ThenBy(change => change.Class, StringComparer.Ordinal)];
    }

    static IReadOnlyList<RuleChange> Regions(ReplayInputs inputs, ReplayParts parts, ReplayStandings standings, HashSet<string> seen)
    {
        if (parts.Regions is not { } make)
        {
            return [];
        }

        RuleTally Tally(AccessPolicy policy)
        {
            var tally = new RuleTally(policy.Regions.Rules.Select(rule => (rule.Name, rule.Mode)));
            var decide = make(policy.Regions, inputs.Organizations);
            foreach (var account in seen)
            {
                if (decide(standings.Of(account)) is { } decision)
                {
                    tally.Add(decision.Rule, account, exchanges: 0);
                }
            }

            return tally;
        }

        return RuleTally.Compare(Tally(inputs.Before.Policy), Tally(inputs.After.Policy));
    }

    static List<string> Notes(ReplayInputs inputs, ReplayParts parts, ScanTotals totals)
    {
        var notes = new List<string>();
        void Note(bool isTrue, string says)
        {
            if (isTrue)
            {
                notes.Add(says);
            }
        }

        var policy = inputs.After.Policy;
        Note(
            inputs.Before.Policy.Mode != policy.Mode,
            $"One of the two policies has mode: observe and restricts nobody, so every account the other decides on counts as {(policy.Mode == PolicyMode.Observe ? "released" : "touched")}.");
        Note(policy.Mode == PolicyMode.Observe, $"{inputs.After.Name} has mode: observe: rungs are what would be decided, none would be enforced.");
        Note(totals.IsUntrustworthy, $"{totals.Lines - totals.Accepted:N0} of {totals.Lines:N0} stored sketches cannot be used, more than {ScanTotals.MaxBadRatio:P0}: do not act on this.");
        Note(true, "Withhold and suspend follow from a person's decision in a case, so a replay never reaches them.");
        Note(parts.Limiter is null, "Limits were not replayed: no limiter is part of this build.");
        Note(
            parts.Limiter is not null,
            "Limits: an output token is counted when it was written; live, the maximum a request states is reserved first, so limits on output tokens refuse a little earlier. "
            + "An account held at shape takes from its ring's budget in all it asks, from the time it was detected on.");
        Note(parts.Regions is null && policy.Regions.Rules.Count > 0, "Regions were not replayed: no region rules are part of this build.");
        Note(
            parts.Regions is not null && policy.Regions.Rules.Count > 0,
            "Regions: by what is known of accounts and organizations only; addresses are not stored, so rules on network_country and network_kind are not replayed.");
        Note(
            policy.Levels.Rules.Any(rule => rule.Feature == GatedFeature.Reasoning),
            "Levels: a rule on reasoning counts every exchange below its level; those that held no reasoning would not have changed.");
        Note(
            policy.Levels.Rules.Any(rule => rule.Feature is GatedFeature.Batches or GatedFeature.Files),
            "Levels: whether an exchange came in a batch or used a file is not stored, so rules on batches and files are not replayed.");
        Note(
            inputs.MemoryBytes < ReplayInputs.StandardMemoryBytes,
            $"Judged within {inputs.MemoryBytes >> 20} MiB for each policy: with more accounts than fit, campaigns are seen weaker than detection sees them.");
        Note(
            inputs.Accounts.Count == 0,
            "No account records were given (--accounts): every account has level none, and identity evidence is absent.");
        return notes;
    }
}
