using System.Runtime.CompilerServices;

namespace Stillwatch.Gateway.Limits;

// Giving back what a wrong restriction took.
sealed partial class EmbeddedLimiter
{
    public void Repair(string account, long spendNanoUsd, DateTimeOffset now)
    {
        RepairRates(account, now.UtcTicks);
        var left = new Dictionary<string, long>(StringComparer.Ordinal); // by rule: the budgets of one, a model each, share what is given back
        foreach (var stripe in _stripes)
        {
            stripe.Enter();
            try
            {
                foreach (var spend in stripe.Spends.Where(spend => spend.Scope == LimitScope.Account && spend.Subject == account))
                {
                    // Every rule counted the same money, a day's and a month's alike.
                    var back = Math.Min(spend.SpentNanoUsd, left.GetValueOrDefault(spend.Rule, spendNanoUsd));
                    left[spend.Rule] = left.GetValueOrDefault(spend.Rule, spendNanoUsd) - back;
                    spend.SpentNanoUsd -= back;
                    stripe.MarkDirty(spend);
                }
            }
            finally
            {
                stripe.Exit();
            }
        }
    }

    // Levels bear no names, so the account's are found as a request would find them. Of models, those asked for lately are
    // known: after a flood of invented names a budget per model may be missed, and refills by itself.
    void RepairRates(string account, long nowTicks)
    {
        if (_plan is not { } plan)
        {
            return;
        }

        var hash = BudgetKey.HashSubject(account);
        foreach (var rule in plan.Rules.Where(rule => rule.IsRate && rule.Rule.Per == LimitScope.Account))
        {
            if (!rule.Rule.PerModel)
            {
                Fill(new BudgetKey(rule.Hash ^ hash), nowTicks);
                continue;
            }

            foreach (var model in plan.KnownModels)
            {
                Fill(new BudgetKey(rule.Hash ^ hash ^ BudgetKey.HashModel(model)), nowTicks);
            }
        }
    }

    // What is in flight was taken before; found full now, the budget owes it nothing back.
    void Fill(BudgetKey key, long nowTicks)
    {
        var stripe = _stripes[key.Stripe];
        stripe.Enter();
        try
        {
            ref var level = ref stripe.KnownLevelOf(key);
            if (!Unsafe.IsNullRef(ref level))
            {
                level = new BudgetLevel { FullAgainTicks = nowTicks, FoundFullTicks = nowTicks };
            }
        }
        finally
        {
            stripe.Exit();
        }
    }
}
