using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

static class PolicySamples
{
    /// <summary>Every key, none at its default where another is legal. Names the files of a <see cref="PolicyFolder"/>.</summary>
    public const string Full = """
        mode: enforce
        verify_url: https://example.com/verify
        appeal_url: https://example.com/appeal
        ladder:
          verify: {min_confidence: 0.8, min_families: 3, min_family_log_odds: 1, hard_family: true, automatic: false, days: 7}
          shape: {min_confidence: 0.95, min_families: 3, min_family_log_odds: 2.5, hard_family: true, automatic: true, days: 10}
          withhold: {min_confidence: 0.99, min_families: 4, min_family_log_odds: 3, hard_family: true, automatic: false, days: 20}
          suspend: {min_confidence: 0.999, min_families: 4, min_family_log_odds: 4, hard_family: true, automatic: false, days: 60}
          hysteresis_log_odds: 0.5
        responses:
          verify_grace: 24h
          four_eyes: false
          four_eyes_from: withhold
          states_thinking_tokens: true
          refuse: {cues: [reasoning-elicitation, rubric-grading], from: shape}
          judge_every: 5m
        levels:
          - {name: frontier, feature: models, models: ["big-*"], needs: person, programmes: [startup], mode: shadow}
          - {name: thinking, feature: reasoning, needs: payment}
        regions:
          databases: [country.mmdb]
          networks:
            - {kind: vpn, prefixes: [192.0.2.0/24, 198.51.100.7], asns: [AS64500, 64501]}
            - {kind: hosting, file: hosting.txt}
          rules:
            - {name: supported, code: not_here, facts: [verified_country, billing_country], allow: [US, DE, NO], unknown: refuse, mode: shadow}
            - {name: ownership, code: ownership_unsupported, facts: [owner_country], refuse: [KP], min_owned_ratio: 0.25, ownership: cascading}
            - {name: anonymous, code: network_unsupported, facts: [network_kind], kinds: [tor, vpn]}
        limits:
          store_failure: open
          cache_read_weight: 0.1
          default_output_tokens: 8192
          prices:
            - {models: "big-*", input_usd_per_million: 3, output_usd_per_million: 15, cache_read_usd_per_million: 0.3, cache_write_usd_per_million: 3.75}
            - {models: "*", input_usd_per_million: 0.125, output_usd_per_million: 1}
          rules:
            - {name: per-account, per: account, levels: [none, contact], models: ["big-*"], programmes: [education], per_model: true,
               requests: 60/m burst 90, input_tokens: 400k/m, output_tokens: 80k/10s, tokens: 50M/d, concurrency: 8, spend: 100.50 USD/month, mode: shadow}
            - {name: shared, per: ring, requests: 30/m}
        displacement: {on: true, length: 5m, rest: 2h, rate_ratio: 0.5, max_trials: 3}

        """;

    public static PolicyReading Read(string text)
    {
        using var folder = new PolicyFolder();
        return folder.Read(text);
    }
}
