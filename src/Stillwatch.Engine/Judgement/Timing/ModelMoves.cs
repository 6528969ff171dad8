using System.Collections.Concurrent;
using Stillwatch.Engine.Rings;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Judgement;

/// <summary>A ring's pivot to another model, as <see cref="PivotTest"/> showed it.</summary>
/// <param name="Rise">How much the new model's share of the ring's exchanges rose from the day before to the day after, 0 to 1.</param>
/// <param name="PopulationRise">How much it rose in the population, 0 to 1.</param>
internal sealed record ModelMove(long AtMs, int From, int To, double Rise, double PopulationRise)
{
    public double Excess => Rise - PopulationRise;
}

/// <summary>The population's use of models, from a sample of its accounts: what a ring's pivot is judged against. Safe for several threads.</summary>
internal sealed class ModelMoves
{
    const long StepSeconds = PivotTest.StepMs / 1000;
    const int DaySteps = 4;
    const int MaxAccounts = 3000;

    readonly List<AccountState> _sample = [];
    readonly int _stride;
    readonly int _models;
    readonly ConcurrentDictionary<int, PivotTest> _tests = new();
    readonly Lazy<ModelCounts> _counts;

    public ModelMoves(Population population)
    {
        _stride = Math.Max(1, population.Count / MaxAccounts);
        for (var i = 0; i < population.Count; i += _stride)
        {
            _sample.Add(population.Accounts[i]);
        }

        _models = Math.Max(1, _sample.SelectMany(a => a.Models).Select(m => m.Value).Distinct().Count());
        _counts = new Lazy<ModelCounts>(() => Count(_sample));
    }

    /// <summary>The ring's best shown pivot; null when none is shown.</summary>
    public ModelMove? Of(RingView ring)
    {
        (int Model, ShownPivot Pivot)? best = null;
        foreach (var model in ring.Members.SelectMany(m => m.Account.Models).Select(m => (int)m.Value - 1).Distinct().Order())
        {
            List<ModelTrack> tracks = [.. ring.Members.Select(m => TrackOf(m.Account, model))];
            if (tracks.Exists(t => t.Moved)
                && _tests.GetOrAdd(model, m => new PivotTest(_sample.Select(a => TrackOf(a, m)))).Of(
                    tracks, [.. tracks.Where((_, i) => ring.Members[i].Index % _stride == 0)], _models) is { } shown
                && (best is null || shown.LogEvidence > best.Value.Pivot.LogEvidence))
            {
                best = (model, shown);
            }
        }

        return best is var (to, pivot) ? Measure(ring, to, pivot.AtMs) : null;
    }

    ModelMove? Measure(RingView ring, int to, long atMs)
    {
        var step = atMs / 1000 / StepSeconds;
        var own = Count(ring.Members.Select(m => m.Account));
        var (before, after) = (own.Between(step - DaySteps, step), own.Between(step, step + DaySteps));
        var (allBefore, allAfter) = (_counts.Value.Between(step - DaySteps, step), _counts.Value.Between(step, step + DaySteps));
        var rise = after.Share(to) - before.Share(to);
        return before.Total == 0 || rise <= 0
            ? null
            : new ModelMove(
                atMs, before.Models.OrderBy(m => after.Share(m) - before.Share(m)).ThenBy(m => m).First(), to,
                rise, Math.Max(0, allAfter.Share(to) - allBefore.Share(to)));
    }

    static ModelTrack TrackOf(AccountState account, int model)
    {
        foreach (var used in account.Models)
        {
            if ((int)used.Value - 1 == model)
            {
                return new ModelTrack(account.FirstMs, account.LastMs, used.FirstMs);
            }
        }

        return new ModelTrack(account.FirstMs, account.LastMs, long.MaxValue);
    }

    static ModelCounts Count(IEnumerable<AccountState> accounts)
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

    public int Total { get; private set; }

    public IEnumerable<int> Models => _counts.Keys.Select(k => k.Model).Distinct();

    public void Add(long step, int model)
    {
        _counts[(step, model)] = _counts.GetValueOrDefault((step, model)) + 1;
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
