using Stillwatch.Storage.Exchanges;

namespace Stillwatch.Storage.Cases;

/// <summary>What a million tokens cost by the operator's list, in nano US dollars per token.</summary>
public sealed record TokenPrice(long InputNanoUsd, long OutputNanoUsd, long CacheReadNanoUsd, long CacheWriteNanoUsd);

/// <summary>What was taken of one model.</summary>
/// <param name="InputTokens">Cached ones included; null where no exchange of the model was counted.</param>
/// <param name="ValueNanoUsd">Null where the policy states no price for the model: none is made up.</param>
public sealed record ModelHarvest(string Model, long Exchanges, long? InputTokens, long OutputTokens, long? ValueNanoUsd);

/// <summary>An estimate of what a campaign harvested: how many exchanges detection counted, times what a counted sample of them came to in the exchange log.</summary>
/// <param name="HarvestRatio">Share of the accounts' exchanges that belongs to the harvest, 0 to 1.</param>
/// <param name="ValueNanoUsd">At list price, of the models that have one; null when none has.</param>
/// <param name="Unpriced">Models without a price.</param>
/// <param name="AccountsCounted">Whose exchanges were read in the log; tokens of an exchange are their mean, model by model.</param>
public sealed record HarvestEstimate(
    long Exchanges, long Tasks, long? InputTokens, long OutputTokens, double HarvestRatio, long? ValueNanoUsd, IReadOnlyList<string> Unpriced, int AccountsCounted, int Accounts,
    IReadOnlyList<ModelHarvest> Models)
{
    /// <summary>Accounts whose exchanges are counted: enough for a mean, and read in well under a second.</summary>
    public const int MostCounted = 300;

    /// <summary>Evenly over the names, so that the same accounts are counted each time.</summary>
    public static IReadOnlyList<string> Sample(IReadOnlyCollection<string> accounts)
    {
        var all = accounts.Order(StringComparer.Ordinal).ToList();
        return all.Count <= MostCounted ? all : [.. Enumerable.Range(0, MostCounted).Select(at => all[(int)((long)at * all.Count / MostCounted)])];
    }

    /// <summary>Pure.</summary>
    /// <param name="counted">What the sampled accounts used, model by model.</param>
    /// <param name="priceOf">Null for a model without a price.</param>
    public static HarvestEstimate Of(CaseHarvest taken, int accounts, int accountsCounted, IReadOnlyDictionary<string, AccountUsage> counted, Func<string, TokenPrice?> priceOf)
    {
        var meanOutput = taken.Exchanges == 0 ? 0 : taken.OutputTokens / (double)taken.Exchanges;
        var models = taken.Models.OrderByDescending(model => model.Value).Select(model =>
            Of(model.Key, model.Value * taken.HarvestRatio, meanOutput, counted.GetValueOrDefault(model.Key), priceOf(model.Key))).ToList();
        return new HarvestEstimate(
            models.Sum(model => model.Exchanges), (long)Math.Round(taken.Tasks * taken.HarvestRatio),
            models.Count > 0 && models.All(model => model.InputTokens is not null) ? models.Sum(model => model.InputTokens!.Value) : null, models.Sum(model => model.OutputTokens),
            taken.HarvestRatio, models.Any(model => model.ValueNanoUsd is not null) ? models.Sum(model => model.ValueNanoUsd ?? 0) : null,
            [.. models.Where(model => model.ValueNanoUsd is null).Select(model => model.Model)], accountsCounted, accounts, models);
    }

    static ModelHarvest Of(string model, double exchanges, double meanOutput, AccountUsage? usage, TokenPrice? price)
    {
        if (usage is not { Exchanges: > 0 })
        {
            var output = (long)Math.Round(exchanges * meanOutput);
            return new ModelHarvest(model, (long)Math.Round(exchanges), null, output, price is null ? null : output * price.OutputNanoUsd);
        }

        long Scaled(long tokens) => (long)Math.Round(tokens / (double)usage.Exchanges * exchanges);
        var (input, cacheRead, cacheWrite, written) = (Scaled(usage.InputTokens), Scaled(usage.CacheReadTokens), Scaled(usage.CacheWriteTokens), Scaled(usage.OutputTokens));
        return new ModelHarvest(
            model, (long)Math.Round(exchanges), input + cacheRead + cacheWrite, written,
            price is null ? null : (input * price.InputNanoUsd) + (cacheRead * price.CacheReadNanoUsd) + (cacheWrite * price.CacheWriteNanoUsd) + (written * price.OutputNanoUsd));
    }
}
