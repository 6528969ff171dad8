using Stillwatch.Engine.Links;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Rings;

/// <summary>A content trait that came through the gate.</summary>
/// <param name="Lift">ln of how much more often accounts outside the cohort show it than those inside.</param>
internal readonly record struct GatedTrait(TraitKey Key, double Accounts, double Lift);

/// <summary>Lets through the content traits that accounts outside the reference cohort show far more often than those inside.</summary>
/// <remarks>
/// Sees: templates, system prompts and tool schemas of groups. Statistic: cohort lift, ln[(x+½)/(X+1)] − ln[(c+½)/(C+1)] with x uses of X
/// accounts outside and c of C inside, eight uses a head at most; at least ln 2, and more than chance by 12 nats. Unit: nats. Cost: at most 128 look-ups a trait.
/// False positives: every new app and every class comes through; the gate only chooses what to look at, it accuses nobody.
/// Evasion: a template that aged, verified, unlinked accounts also use half as often. Source: reference prototype, rule "lift, not rarity".
/// </remarks>
internal static class TraitGate
{
    public const int MinActors = 5;
    public const double MinLift = 0.693; // ln 2
    const int Glance = 24;
    const int MaxUses = 8;
    const int MaxGated = 16_384;
    const double AppShare = 0.25;

    public static List<GatedTrait> Open(IReadOnlyList<TraitPartition> partitions, Population population, ReferenceCohort cohort)
    {
        var normal = NormalNames.Of(population, cohort);
        var appAccounts = population.Accounts.Where(a => a.App != 0).CountBy(a => a.App).ToDictionary();
        var parts = new List<GatedTrait>[partitions.Count];
        population.ForEach(partitions.Count, p => parts[p] = Open(partitions[p], population, cohort, normal, appAccounts));
        List<GatedTrait> gated = [.. parts.SelectMany(part => part)];
        return gated.Count <= MaxGated ? gated : [.. gated.OrderByDescending(g => g.Accounts).ThenBy(g => g.Key.Value).Take(MaxGated)];
    }

    static List<GatedTrait> Open(TraitPartition partition, Population population, ReferenceCohort cohort, NormalNames normal, Dictionary<int, int> appAccounts)
    {
        var gated = new List<GatedTrait>();
        var inside = cohort.Count;
        var outside = population.Count - inside;
        var actors = new HashSet<ulong>();
        foreach (var trait in partition.Traits)
        {
            if (!IsContent(trait.Key.Kind) || trait.Accounts.Length < MinActors || MostlyInside(trait, population, cohort, normal))
            {
                continue;
            }

            actors.Clear();
            var look = Look(trait, population, cohort, actors);
            if (look.Actors < MinActors)
            {
                continue;
            }

            var accounts = trait.AccountCount;
            var scale = accounts / look.Sampled;
            var lift = Math.Log(((look.UsesOutside * scale) + 0.5) / (outside + 1)) - Math.Log(((look.UsesInside * scale) + 0.5) / (inside + 1));
            var excess = OverlapTest.LogRatio(look.UsesOutside * scale, ((look.UsesInside * scale) + 0.5) / (inside + 1) * outside);
            var isAppsOwn = look.TopAppCount > 0.8 * look.Sampled && accounts > AppShare * appAccounts.GetValueOrDefault(look.TopApp);
            if (lift >= MinLift && excess >= OverlapTest.Significant && !isAppsOwn)
            {
                gated.Add(new GatedTrait(trait.Key, accounts, lift));
            }
        }

        return gated;
    }

    public static bool IsContent(TraitKind kind) =>
        kind is >= TraitKind.HeadSkeleton and <= TraitKind.ToolSchema;

    /// <summary>A first glance at a part of the sample turns away the ordinary, which is nearly everything.</summary>
    static bool MostlyInside(TraitState trait, Population population, ReferenceCohort cohort, NormalNames normal)
    {
        var share = cohort.Count / Math.Max(1.0, population.Count);
        var looked = Math.Min(Glance, trait.Accounts.Length);
        if (looked < Glance / 2)
        {
            return false;
        }

        var left = 0;
        for (var s = 0; s < looked; s++)
        {
            left += Math.Min((int)trait.Counts[s], MaxUses);
        }

        // Most are told by half of the accounts: enough was inside, or what is left would not do.
        var (inside, enough) = (0, 0.75 * share * left);
        for (var s = 0; s < looked && inside < enough && inside + left >= enough; s++)
        {
            var uses = Math.Min((int)trait.Counts[s], MaxUses);
            left -= uses;
            inside += normal.MayHold(trait.Accounts[s])
                && (!ReferenceCohort.MayBeHabit(trait.Counts[s]) || (population.IndexOf(trait.Accounts[s]) is >= 0 and var i && cohort.IsNormal(i, trait.Counts[s], population))) ? uses : 0;
        }

        return inside >= enough;
    }

    static (int Sampled, int UsesInside, int UsesOutside, int Actors, int TopApp, int TopAppCount) Look(
        TraitState trait, Population population, ReferenceCohort cohort, HashSet<ulong> actors)
    {
        var (sampled, inside, outside) = (0, 0, 0);
        var (app, appVotes, appCount) = (0, 0, 0);
        for (var s = 0; s < trait.Accounts.Length; s++)
        {
            if (population.IndexOf(trait.Accounts[s]) is not (>= 0 and var i))
            {
                continue;
            }

            // Habit weighs more than a try: many people try a published template once, a pool works with it.
            var uses = Math.Min((int)trait.Counts[s], MaxUses);
            sampled++;
            var account = population.Accounts[i];
            var isNormal = cohort.IsNormal(i, trait.Counts[s], population);
            inside += isNormal ? uses : 0;
            outside += isNormal ? 0 : uses;
            if (actors.Count < MinActors)
            {
                actors.Add(account.Actor);
            }

            // Boyer-Moore majority vote: the app most of them claim, if there is one.
            (app, appVotes) = appVotes == 0 ? (account.App, 1) : (app, appVotes + (account.App == app ? 1 : -1));
        }

        if (app != 0)
        {
            foreach (var name in trait.Accounts)
            {
                appCount += population.IndexOf(name) is >= 0 and var i && population.Accounts[i].App == app ? 1 : 0;
            }
        }

        return (Math.Max(1, sampled), inside, outside, actors.Count, app, appCount);
    }
}
