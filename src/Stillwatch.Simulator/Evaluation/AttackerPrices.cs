namespace Stillwatch.Simulator.Evaluation;

/// <summary>What an attacker pays, US dollars. Every figure is assumed by us; docs/benchmark.md says from what, and only ratios between campaigns mean anything.</summary>
public sealed record AttackerPrices
{
    /// <summary>An account with mail and a telephone number for the contact check.</summary>
    public double AccountUsd { get; init; } = 0.6;

    /// <summary>A card of its own that passes a first charge: virtual, prepaid or stolen.</summary>
    public double CardUsd { get; init; } = 6;

    /// <summary>A profile of an anti-detect browser, a device of its own for the sign-up.</summary>
    public double DeviceUsd { get; init; } = 0.3;

    /// <summary>An address in a data centre for a month; a pool's addresses are shared.</summary>
    public double DatacenterAddressUsd { get; init; } = 1.2;

    /// <summary>A residential address of one's own for a month.</summary>
    public double ResidentialAddressUsd { get; init; } = 4;

    /// <summary>The use of a customer's key for a day.</summary>
    public double RentedKeyPerDayUsd { get; init; } = 3;

    /// <summary>Another wording of a prompt by a small model.</summary>
    public double RewordingUsd { get; init; } = 0.0004;

    /// <summary>Another language's version of a template, once.</summary>
    public double TranslationUsd { get; init; } = 2;

    /// <summary>An exchange at list price: some 400 tokens in, 250 out, of a large model. Resold exchanges are paid by their users.</summary>
    public double ExchangeUsd { get; init; } = 0.005;

    /// <summary>Holding an account for a day without a harvest: what is tied up, and what is lost to others meanwhile.</summary>
    public double IdleDayUsd { get; init; } = 0.02;

    /// <summary>Setting up another ring: clients, templates, a queue of its own.</summary>
    public double RingUsd { get; init; } = 150;
}
