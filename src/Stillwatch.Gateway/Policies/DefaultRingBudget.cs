using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>What the accounts of one ring share at <c>shape</c> when the policy states no ring rule: a rung that shapes nothing would be a lie.</summary>
/// <remarks>
/// <para>Requests: 20 a minute, 60 at once. One busy developer with an agent works on undisturbed, and so does a small group that was held
/// wrongly; whoever is slower than one request in three seconds notices nothing.</para>
/// <para>Output tokens: 2 million a day, 250,000 at once. Answers are what a harvest is after. The campaign disclosed in June 2026 took
/// 28.8 million exchanges in 45 days, 640,000 a day; at 500 tokens an answer this budget leaves 4,000, six in a thousand.</para>
/// </remarks>
static class DefaultRingBudget
{
    public const string Name = "ring-default";

    static readonly MeterRate Requests = new(20, TimeSpan.FromMinutes(1), 60);
    static readonly MeterRate OutputTokens = new(2_000_000, TimeSpan.FromDays(1), 250_000);

    public static IReadOnlyList<LimitRule> Rules { get; } = [Rule(Meter.Requests, Requests), Rule(Meter.OutputTokens, OutputTokens)];

    static LimitRule Rule(Meter meter, MeterRate rate) => new()
    {
        Name = $"{Name}.{PolicyWords.Meters.Of(meter)}", Per = LimitScope.Ring, Meter = meter, Amount = rate.Amount, Period = rate.Period, Burst = rate.Burst,
    };
}
