using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Simulator.Evaluation;

/// <summary>What a campaign costs whoever runs it: once for its accounts, and with every exchange.</summary>
/// <param name="OnceUsd">Accounts, cards, devices, addresses, keys, wordings, days of waiting; over all accounts of the run.</param>
/// <param name="PerExchangeUsd">Of the campaign's own exchanges, cover included.</param>
/// <param name="DelayDays">Mean age at which an account begins to harvest: opened, then left to lie.</param>
public readonly record struct AttackerBudget(double OnceUsd, double PerExchangeUsd, double DelayDays);

/// <summary>Reckons <see cref="AttackerBudget"/> from a plan. An account is written off at the end of the log, or with its own detection.</summary>
public static class AttackerCost
{
    /// <summary>Mean age of accounts that are opened when anybody opens them: eight in ten log-normal around four months, the others a week.</summary>
    const double AnybodysAgeDays = 190;

    /// <param name="accounts">Accounts in the run, at whatever scale.</param>
    public static AttackerBudget Of(CampaignPlan plan, double hours, long accounts, AttackerPrices prices)
    {
        var adaptation = plan.Adaptation;
        var days = Math.Max(1, (hours - plan.StartHour) / 24);
        var rented = accounts * adaptation.RentedRatio;
        var opened = accounts - rented;
        // An heir takes over card and exits: only seats have them.
        var seats = adaptation.ChurnHours > 0 ? opened / Math.Max(1, Math.Ceiling((hours - plan.StartHour - plan.RampHours) / adaptation.ChurnHours)) : opened;
        var perCard = (plan.Payment.AccountsMin + plan.Payment.AccountsMax) / 2.0;
        var cards = adaptation.OwnCard ? opened : seats * ((plan.Payment.SharedRatio / perCard) + (1 - plan.Payment.SharedRatio));
        var addresses = adaptation.Residential
            ? opened * prices.ResidentialAddressUsd
            : adaptation.Framing == Framing.Exits ? 0
            : seats / plan.Network.AccountsPerPrefix
                * ((plan.Network.DatacenterRatio * prices.DatacenterAddressUsd) + ((1 - plan.Network.DatacenterRatio) * prices.ResidentialAddressUsd));
        var delay = adaptation.OwnSignup ? AnybodysAgeDays : plan.Signup.Days / 2;
        var devices = adaptation.OwnDevice ? opened : opened * 0.85;
        var wordings = adaptation.Paraphrase == Paraphrase.Pool ? plan.Templates * adaptation.Rewordings * prices.RewordingUsd : 0;
        var once = (opened * prices.AccountUsd) + (cards * prices.CardUsd) + (devices * prices.DeviceUsd) + addresses + (rented * days * prices.RentedKeyPerDayUsd)
            + (opened * delay * prices.IdleDayUsd) + wordings + ((adaptation.Languages - 1) * plan.Templates * prices.TranslationUsd) + (adaptation.Rings * prices.RingUsd);
        return new AttackerBudget(once, prices.ExchangeUsd + (adaptation.Paraphrase == Paraphrase.Machine ? prices.RewordingUsd : 0), delay);
    }
}
