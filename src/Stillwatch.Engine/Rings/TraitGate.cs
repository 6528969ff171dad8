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

    // Accounts a trait has at least, by the sample: so that no trait of one band has fewer accounts than one of the next, a full sample's estimate included.
    static readonly int[] s_bands = [TraitState.SampleSize - 1, 64, 32, 16, 8, MinActors];

    /// <summary>The traits of the most accounts where more than the limit come through. Looked at from the most to the fewest accounts, and no further than that.</summary>
    public static List<GatedTrait> Open(IReadOnlyList<TraitPartition> partitions, Population population, ReferenceCohort cohort)
    {
        var known = new Known(population, cohort, Standing.OfAll(population, cohort), NormalNames.Of(population, cohort), population.Accounts.Where(a => a.App != 0).CountBy(a => a.App).ToDictionary());
        var bands = new List<int>[partitions.Count][];
        population.ForEach(bands.Length, p => bands[p] = ByBand(partitions[p].Traits));
        var parts = new List<(int Row, GatedTrait Trait)>[partitions.Count];
        Array.Fill(parts, []);
        var band = 0;
        for (; band < s_bands.Length && parts.Sum(part => part.Count) < MaxGated; band++)
        {
            population.ForEach(parts.Length, p => parts[p] = [.. parts[p], .. Open(partitions[p].Traits, bands[p][band], known)]);
        }

        return band == s_bands.Length && parts.Sum(part => part.Count) <= MaxGated
            ? [.. parts.SelectMany(part => part.OrderBy(g => g.Row)).Select(g => g.Trait)]
            : [.. parts.SelectMany(part => part).Select(g => g.Trait).OrderByDescending(g => g.Accounts).ThenBy(g => g.Key.Value).Take(MaxGated)];
    }

    /// <summary>What is asked of accounts.</summary>
    sealed record Known(Population Population, ReferenceCohort Cohort, Standing[] Standings, NormalNames Normal, Dictionary<int, int> AppAccounts);

    /// <summary>The rows of the content traits that have accounts enough, ascending in each band.</summary>
    static List<int>[] ByBand(IReadOnlyList<TraitState> traits)
    {
        List<int>[] rows = [.. s_bands.Select(_ => new List<int>())];
        for (var row = 0; row < traits.Count; row++)
        {
            var trait = traits[row];
            if (trait.Accounts.Length >= MinActors && trait.Key.Kind.IsContent())
            {
                var band = 0;
                while (trait.Accounts.Length < s_bands[band])
                {
                    band++;
                }

                rows[band].Add(row);
            }
        }

        return rows;
    }

    static IEnumerable<(int Row, GatedTrait Trait)> Open(IReadOnlyList<TraitState> traits, List<int> rows, Known known)
    {
        var inside = known.Cohort.Count;
        var outside = known.Population.Count - inside;
        foreach (var row in rows)
        {
            var trait = traits[row];
            if (MostlyInside(trait, known) || Look(trait, known) is not { Actors: >= MinActors } look)
            {
                continue;
            }

            var accounts = trait.AccountCount;
            var scale = accounts / look.Sampled;
            var lift = Math.Log(((look.UsesOutside * scale) + 0.5) / (outside + 1)) - Math.Log(((look.UsesInside * scale) + 0.5) / (inside + 1));
            var excess = OverlapTest.LogRatio(look.UsesOutside * scale, ((look.UsesInside * scale) + 0.5) / (inside + 1) * outside);
            var isAppsOwn = look.TopAppCount > 0.8 * look.Sampled && accounts > AppShare * known.AppAccounts.GetValueOrDefault(look.TopApp);
            if (lift >= MinLift && excess >= OverlapTest.Significant && !isAppsOwn)
            {
                yield return (row, new GatedTrait(trait.Key, accounts, lift));
            }
        }
    }

    /// <summary>A first glance at a part of the sample turns away what is ordinary.</summary>
    static bool MostlyInside(TraitState trait, Known known)
    {
        var share = known.Cohort.Count / Math.Max(1.0, known.Population.Count);
        var names = trait.Accounts;
        var counts = trait.Counts;
        var looked = Math.Min(Glance, names.Length);
        if (looked < Glance / 2)
        {
            return false;
        }

        var left = 0;
        for (var s = 0; s < looked; s++)
        {
            left += Math.Min((int)counts[s], MaxUses);
        }

        // Most are told by half of the accounts: enough was inside, or what is left would not do.
        var (inside, enough) = (0, 0.75 * share * left);
        for (var s = 0; s < looked && inside < enough && inside + left >= enough; s++)
        {
            var uses = Math.Min((int)counts[s], MaxUses);
            left -= uses;
            inside += known.Normal.MayHold(names[s])
                && (!ReferenceCohort.MayBeHabit(counts[s]) || (known.Population.IndexOf(names[s]) is >= 0 and var i && counts[s] <= known.Standings[i].MostNormalUses)) ? uses : 0;
        }

        return inside >= enough;
    }

    static (int Sampled, int UsesInside, int UsesOutside, int Actors, int TopApp, int TopAppCount) Look(TraitState trait, Known known)
    {
        var (sampled, inside, outside) = (0, 0, 0);
        var (app, appVotes, appCount) = (0, 0, 0);
        var names = trait.Accounts;
        var counts = trait.Counts;
        var different = 0;
        Span<ulong> actors = stackalloc ulong[MinActors];
        for (var s = 0; s < names.Length; s++)
        {
            if (known.Population.IndexOf(names[s]) is not (>= 0 and var i))
            {
                continue;
            }

            // Habit weighs more than a try: many people try a published template once, a pool works with it.
            var uses = Math.Min((int)counts[s], MaxUses);
            sampled++;
            ref readonly var account = ref known.Standings[i];
            var isNormal = counts[s] <= account.MostNormalUses;
            inside += isNormal ? uses : 0;
            outside += isNormal ? 0 : uses;
            if (different < MinActors && !actors[..different].Contains(account.Actor))
            {
                actors[different++] = account.Actor;
            }

            // Boyer-Moore majority vote: the app most of them claim, if there is one.
            (app, appVotes) = appVotes == 0 ? (account.App, 1) : (app, appVotes + (account.App == app ? 1 : -1));
        }

        if (app != 0)
        {
            foreach (var name in names)
            {
                appCount += known.Population.IndexOf(name) is >= 0 and var i && known.Standings[i].App == app ? 1 : 0;
            }
        }

        return (Math.Max(1, sampled), inside, outside, different, app, appCount);
    }
}
