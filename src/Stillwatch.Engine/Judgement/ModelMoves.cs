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

            foreach (var model in own.Models)
            {
                var rise = after.Share(model) - before.Share(model);
                var population0 = all.Between(step - DaySteps, step).Share(model);
                var move = new ModelMove(
                    step * StepSeconds * 1000, own.Models.OrderBy(m => after.Share(m) - before.Share(m)).ThenBy(m => m).First(), model,
                    rise, Math.Max(0, all.Between(step, step + DaySteps).Share(model) - population0));
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

/// <summary>Exchanges by six-hour step and model.</summary>
internal sealed class ModelCounts
{
    readonly SortedDictionary<(long Step, int Model), int> _counts = [];

    public SortedSet<int> Models { get; } = [];

    public int Total { get; private set; }

    public long First => _counts.Keys.First().Step;

    public long Last => _counts.Keys.Last().Step;

    public void Add(long step, int model)
    {
        _counts[(step, model)] = _counts.GetValueOrDefault((step, model)) + 1;
        Models.Add(model);
        Total++;
    }

    /// <summary>Counts of the steps from <paramref name="from"/> up to, not with, <paramref name="to"/>.</summary>
    public ModelCounts Between(long from, long to)
    {
        var part = new ModelCounts();
        foreach (var ((step, model), count) in _counts)
        {
            if (step >= from && step < to)
            {
                part._counts[(0, model)] = part._counts.GetValueOrDefault((0, model)) + count;
                part.Total += count;
            }
        }

        return part;
    }

    public double Share(int model) => Total == 0 ? 0 : (double)_counts.GetValueOrDefault((0, model)) / Total;
}
