using System.Runtime.InteropServices;
using Stillwatch.Engine.Rings;

namespace Stillwatch.Engine.Judgement;

/// <summary>A step in a ring's use of models.</summary>
/// <param name="Rise">How much the new model's share of the ring's exchanges rose, 0 to 1.</param>
/// <param name="PopulationRise">How much it rose in the population over the same step, 0 to 1.</param>
internal sealed record ModelMove(long AtMs, int From, int To, double Rise, double PopulationRise)
{
    public double Excess => Rise - PopulationRise;
}

/// <summary>Finds the step by which a model's share rose most, comparing the day before with the day after in steps of six hours.</summary>
internal static class ModelMoves
{
    const long StepSeconds = 6 * 3600;
    const int DaySteps = 4;
    const int MinExchanges = 60;
    const int MaxAccounts = 3000;

    public static ModelMove? Largest(RingView ring, ModelCounts all)
    {
        var own = Count(ring.Members.Select(m => m.Account));
        if (own.Models.Count < 2 || own.Total < MinExchanges)
        {
            return null;
        }

        ModelMove? best = null;
        for (var step = own.First + 1; step <= own.Last; step++)
        {
            var (before, after) = (own.Between(step - DaySteps, step), own.Between(step, step + DaySteps));
            if (before.Total < MinExchanges / 2 || after.Total < MinExchanges / 2)
            {
                continue;
            }

            var (allBefore, allAfter) = (all.Between(step - DaySteps, step), all.Between(step, step + DaySteps));
            var from = own.Models.OrderBy(m => after.Share(m) - before.Share(m)).ThenBy(m => m).First();
            foreach (var model in own.Models)
            {
                var rise = after.Share(model) - before.Share(model);
                var move = new ModelMove(step * StepSeconds * 1000, from, model, rise, Math.Max(0, allAfter.Share(model) - allBefore.Share(model)));
                best = rise > 0 && (best is null || move.Excess > best.Excess) ? move : best;
            }
        }

        return best;
    }

    /// <summary>The population's use of models, from a sample of its accounts.</summary>
    public static ModelCounts Of(Population population)
    {
        var stride = Math.Max(1, population.Count / MaxAccounts);
        return Count(population.Accounts.Where((_, i) => i % stride == 0));
    }

    static ModelCounts Count(IEnumerable<Traits.AccountState> accounts)
    {
        var counts = new ModelCounts();
        foreach (var account in accounts)
        {
            foreach (ref readonly var digest in account.Digests)
            {
                counts.Add(digest.TimeSeconds / StepSeconds, digest.Model);
            }
        }

        return counts;
    }
}

/// <summary>Exchanges by six-hour step and model. Filled first, then asked; asking is thread-safe.</summary>
internal sealed class ModelCounts
{
    readonly Dictionary<(long Step, int Model), int> _counts = [];
    readonly Lazy<(long Step, int Model, int Count)[]> _inOrder;

    public ModelCounts() => _inOrder = new(() => [.. _counts.Select(c => (c.Key.Step, c.Key.Model, c.Value)).OrderBy(c => c.Step)]);

    public SortedSet<int> Models { get; } = [];

    public int Total { get; private set; }

    public long First => _inOrder.Value[0].Step;

    public long Last => _inOrder.Value[^1].Step;

    public void Add(long step, int model)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, (step, model), out var known);
        count++;
        Total++;
        if (!known)
        {
            Models.Add(model);
        }
    }

    /// <summary>Counts of the steps from <paramref name="from"/> up to, not with, <paramref name="to"/>.</summary>
    public ModelShares Between(long from, long to)
    {
        var inOrder = _inOrder.Value;
        var (at, end) = (0, inOrder.Length);
        while (at < end)
        {
            var middle = (at + end) / 2;
            (at, end) = inOrder[middle].Step < from ? (middle + 1, end) : (at, middle);
        }

        var (counts, total) = (new Dictionary<int, int>(), 0);
        for (; at < inOrder.Length && inOrder[at].Step < to; at++)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(counts, inOrder[at].Model, out _) += inOrder[at].Count;
            total += inOrder[at].Count;
        }

        return new ModelShares(counts, total);
    }
}

/// <summary>Exchanges by model.</summary>
internal readonly record struct ModelShares(IReadOnlyDictionary<int, int> Counts, int Total)
{
    /// <summary>0 to 1.</summary>
    public double Share(int model) => Total == 0 ? 0 : (double)Counts.GetValueOrDefault(model) / Total;
}
