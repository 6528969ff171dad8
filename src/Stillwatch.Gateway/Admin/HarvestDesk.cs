using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Policies;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Gateway.Admin;

/// <summary>Estimates what campaigns and cases have harvested, from what detection counted and a sample of the exchange log. Thread-safe.</summary>
/// <remarks>Prices are those of the policy's <c>limits.prices</c>; a model without one has no value.</remarks>
sealed class HarvestDesk(ExchangeLogReader log, Func<AccessPolicy> policy)
{
    const int MostRemembered = 512;

    readonly Lock _lock = new();
    readonly Dictionary<string, (long Exchanges, IReadOnlyDictionary<string, AccountUsage> Counted, int Sampled)> _counted = new(StringComparer.Ordinal);

    /// <param name="id">Of the campaign or the case: what was counted for it holds until it has grown by a tenth.</param>
    public HarvestEstimate Estimate(string id, CaseHarvest taken, IReadOnlyCollection<string> accounts)
    {
        var (counted, sampled) = Counted(id, taken, accounts);
        var prices = policy().Limits.Prices;
        return HarvestEstimate.Of(taken, accounts.Count, sampled, counted, model => prices.FirstOrDefault(price => ModelPattern.Matches(price.Models, model)) is { } price
            ? new TokenPrice(price.InputNanoUsd, price.OutputNanoUsd, price.CacheReadNanoUsd, price.CacheWriteNanoUsd)
            : null);
    }

    (IReadOnlyDictionary<string, AccountUsage> Counted, int Sampled) Counted(string id, CaseHarvest taken, IReadOnlyCollection<string> accounts)
    {
        lock (_lock)
        {
            if (_counted.TryGetValue(id, out var known) && taken.Exchanges <= known.Exchanges * 1.1)
            {
                return (known.Counted, known.Sampled);
            }
        }

        var sample = HarvestEstimate.Sample(accounts);
        var counted = log.Days(sample, long.MinValue, long.MaxValue).GroupBy(day => day.Model, StringComparer.Ordinal).ToDictionary(
            model => model.Key,
            model => new AccountUsage(
                model.Sum(day => day.Exchanges), model.Sum(day => day.InputTokens), model.Sum(day => day.CacheReadTokens), model.Sum(day => day.CacheWriteTokens),
                model.Sum(day => day.OutputTokens), 0),
            StringComparer.Ordinal);
        lock (_lock)
        {
            if (_counted.Count >= MostRemembered)
            {
                _counted.Clear();
            }

            _counted[id] = (taken.Exchanges, counted, sample.Count);
        }

        return (counted, sample.Count);
    }
}
