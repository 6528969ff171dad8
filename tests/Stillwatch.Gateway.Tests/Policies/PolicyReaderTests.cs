using System.Net;
using CsCheck;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Limits;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

public sealed class PolicyReaderTests
{
    [Fact]
    public void Every_key_can_be_set()
    {
        var reading = PolicySamples.Read(PolicySamples.Full);
        Assert.Empty(reading.Faults);
        Assert.Empty(reading.Warnings);
        var policy = reading.Policy!;
        Assert.Equal((PolicyMode.Enforce, new Uri("https://example.com/verify"), new Uri("https://example.com/appeal")), (policy.Mode, policy.VerifyUrl, policy.AppealUrl));
        Assert.Equal(new RungRule(0.8, 3, 1, true, false, 7), policy.Ladder.Verify);
        Assert.Equal(new RungRule(0.95, 3, 2.5, true, true, 10), policy.Ladder.Shape);
        Assert.Equal(new RungRule(0.99, 4, 3, true, false, 20), policy.Ladder.Withhold);
        Assert.Equal(new RungRule(0.999, 4, 4, true, false, 60), policy.Ladder.Suspend);
        Assert.Equal(0.5, policy.Ladder.HysteresisLogOdds);
        Assert.Equal(
            (TimeSpan.FromHours(24), false, true, Capabilities.ReasoningElicitation | Capabilities.RubricGrading, Rung.Shape, TimeSpan.FromMinutes(5)),
            (policy.Responses.VerifyGrace, policy.Responses.FourEyes, policy.Responses.StatesThinkingTokens, policy.Responses.RefusedCues,
                policy.Responses.RefuseFrom, policy.Responses.JudgeEvery));
        Assert.Equal((true, TimeSpan.FromMinutes(5), TimeSpan.FromHours(2), 0.5, 3), (policy.Displacement.IsOn, policy.Displacement.Length,
            policy.Displacement.Rest, policy.Displacement.RateRatio, policy.Displacement.MaxTrials));
        Assert.Equal(["frontier Models big-* startup Person Shadow", "thinking Reasoning   Payment Enforce"], policy.Levels.Rules.Select(rule =>
            $"{rule.Name} {rule.Feature} {string.Join(',', rule.Models)} {string.Join(',', rule.Programmes)} {rule.Needs} {rule.Mode}"));
    }

    [Fact]
    public void Regions_are_read()
    {
        var regions = PolicySamples.Read(PolicySamples.Full).Policy!.Regions;
        var (supported, ownership, anonymous) = (regions.Rules[0], regions.Rules[1], regions.Rules[2]);
        Assert.Equal(("not_here", true, true, RuleMode.Shadow), (supported.Code, supported.IsAllowList, supported.Unknown, supported.Mode));
        Assert.Equal([RegionFact.VerifiedCountry, RegionFact.BillingCountry], supported.Facts);
        Assert.Equal(["DE", "NO", "US"], supported.Countries.Order()); // NO is Norway, never false
        Assert.Equal((false, 0.25, false, RuleMode.Enforce), (ownership.IsAllowList, ownership.MinOwnedRatio, ownership.Unknown, ownership.Mode));
        Assert.Equal((OwnershipReading.Multiplied, OwnershipReading.Cascading), (supported.Ownership, ownership.Ownership));
        Assert.Equal([NetworkKind.Tor, NetworkKind.Vpn], anonymous.Kinds);
        Assert.Equal("country.mmdb", Path.GetFileName(Assert.Single(regions.Databases)));
        var (vpn, hosting) = (regions.Networks[0], regions.Networks[1]);
        Assert.Equal(("hosting.txt", IPNetwork.Parse("192.0.2.0/24")), (hosting.Source, Assert.Single(hosting.Prefixes)));
        Assert.Equal([IPNetwork.Parse("192.0.2.0/24"), IPNetwork.Parse("198.51.100.7/32")], vpn.Prefixes);
        Assert.Equal([64500, 64501], vpn.Asns);
    }

    [Fact]
    public void A_rule_of_several_meters_becomes_a_limit_each()
    {
        var limits = PolicySamples.Read(PolicySamples.Full).Policy!.Limits;
        Assert.Equal((StoreFailure.Open, 0.1, 8192), (limits.OnStoreFailure, limits.CacheReadWeight, limits.DefaultOutputTokens));
        Assert.Equal([new ModelPrice("big-*", 3000, 15000, 300, 3750), new ModelPrice("*", 125, 1000, 125, 125)], limits.Prices);
        Assert.Equal(
            [
                "per-account.requests 60 00:01:00 90", "per-account.input_tokens 400000 00:01:00 400000", "per-account.output_tokens 80000 00:00:10 80000",
                "per-account.tokens 50000000 1.00:00:00 50000000", "per-account.concurrency 8 00:00:00 8",
                "per-account.spend 100500000000 00:00:00 100500000000", "shared.requests 30 00:01:00 30",
            ],
            limits.Rules.Select(rule => $"{rule.Name} {rule.Amount} {rule.Period} {rule.Burst}"));
        var first = limits.Rules[0];
        Assert.Equal((LimitScope.Account, true, RuleMode.Shadow), (first.Per, first.PerModel, first.Mode));
        Assert.Equal([VerificationLevel.None, VerificationLevel.Contact], first.Levels);
        Assert.Equal("big-* education", $"{Assert.Single(first.Models)} {Assert.Single(first.Programmes)}");
        Assert.Equal(SpendPeriod.Month, limits.Rules[5].SpendPeriod);
    }

    [Fact]
    public void What_is_not_set_has_its_default_and_a_ring_has_a_budget_all_the_same()
    {
        var policy = PolicySamples.Read("mode: observe\n").Policy!;
        Assert.Equal(new Policy(), policy.Ladder);
        Assert.Equal(new Stillwatch.Gateway.Enforcement.ResponsePolicy(), policy.Responses);
        Assert.Equal(new Stillwatch.Gateway.Enforcement.Displacement.DisplacementPolicy(), policy.Displacement);
        Assert.Equal(["ring-default.requests", "ring-default.output_tokens"], policy.Limits.Rules.Select(rule => rule.Name));
        Assert.All(policy.Limits.Rules, rule => Assert.Equal((LimitScope.Ring, RuleMode.Enforce), (rule.Per, rule.Mode)));
        Assert.Equal(PolicyReader.Default.Hash, policy.Hash);
    }

    [Fact]
    public void All_faults_come_at_once_each_with_line_key_value_and_cure()
    {
        var faults = PolicySamples.Read("""
            mode: enforced
            moode: observe
            verify_url: example.com
            ladder:
              verify: {min_confidence: 0.5, min_families: 1, automatic: maybe}
              shape: {hard_family: false, days: 0}
              withhold: {automatic: true, min_family_log_odds: 7}
            responses:
              refuse: {cues: [reasoning], from: observe}
            levels:
              - {name: a b, feature: models, needs: none}
              - {feature: files, models: [x], needs: somebody}
              - {name: one, feature: batches, needs: person}
              - {name: one, feature: batches}
            regions:
              databases: [none.mmdb]
              networks: [{kind: home, prefixes: [10.0.0.0/33], asns: [AS0]}]
              rules:
                - {name: r, facts: [country], allow: [de, UK]}
                - {name: s, facts: [verified_country], allow: [US], refuse: [DE]}
                - {name: t, code: Not Here, facts: [verified_country], kinds: [tor]}
                - {name: u, facts: [network_kind]}
                - {name: v, facts: [billing_country], min_owned_ratio: 0.5, refuse: [KP]}
                - {name: w, facts: [owner_country], allow: [US], ownership: sole}
            limits:
              cache_read_weight: 2
              prices:
                - {models: "*", input_usd_per_million: 0.0005, output_usd_per_million: 1}
                - {models: "a", input_usd_per_million: 1}
              rules:
                - {name: l, per: everybody, requests: 60}
                - {name: m, per: account}
                - {name: n, per: account, requests: 0/m, tokens: 5/40d, concurrency: 0, spend: 5 EUR/month}
                - {name: o, per: account, spend: 0.0000000001 USD/day, input_token: 5/m}
            displacement: {rate_ratio: -1}
            """).Faults.Select(fault => fault.ToString()).ToList();
        string[] expected =
        [
            "policy.yaml:1: mode: 'enforced' must be observe or enforce.",
            "policy.yaml:2: moode: is no key; did you mean mode?",
            "policy.yaml:3: verify_url: 'example.com' must be an address",
            "policy.yaml:5: ladder.verify.min_confidence: '0.5' must be a number over 0.5 and at most 1.",
            "policy.yaml:5: ladder.verify.min_families: '1' must be a whole number from 2 to 5.",
            "policy.yaml:5: ladder.verify.automatic: 'maybe' must be true or false.",
            "policy.yaml:6: ladder.shape.hard_family: 'false' must be true here: nobody is restricted by content and time alone.",
            "policy.yaml:6: ladder.shape.days: '0' must be a whole number from 1 to 365.",
            "policy.yaml:7: ladder.withhold.min_family_log_odds: '7' must be a number from 0.5 to 6 nats.",
            "policy.yaml:7: ladder.withhold.automatic: 'true' must be false here: a person decides",
            "policy.yaml:9: responses.refuse.cues[0]: 'reasoning' must be reasoning-elicitation or",
            "policy.yaml:9: responses.refuse.from: 'observe' must be verify or shape",
            "policy.yaml:11: levels[0].name: 'a b' must be a name",
            "policy.yaml:11: levels[0].needs: everybody has level none",
            "policy.yaml:12: levels[1].name: is missing; name the rule",
            "policy.yaml:12: levels[1].needs: 'somebody' must be none or contact",
            "policy.yaml:12: levels[1].models: files belong to no model",
            "policy.yaml:14: levels[3].name: 'one' is the name of an earlier rule",
            "policy.yaml:14: levels[3].needs: is missing; write the least level",
            "policy.yaml:16: regions.databases[0]: 'none.mmdb' is no file that exists",
            "policy.yaml:17: regions.networks[0].kind: 'home' must be hosting",
            "policy.yaml:17: regions.networks[0].prefixes[0]: '10.0.0.0/33' must be a network",
            "policy.yaml:17: regions.networks[0].asns[0]: 'AS0' must be an autonomous system's number",
            "policy.yaml:19: regions.rules[0].facts[0]: 'country' must be account_country",
            "policy.yaml:19: regions.rules[0].allow[0]: 'de' must be a country's two letters in upper case",
            "policy.yaml:19: regions.rules[0].allow[1]: 'UK' is no country code; the United Kingdom is GB.",
            "policy.yaml:20: regions.rules[1].refuse: stands beside allow",
            "policy.yaml:21: regions.rules[2].code: 'Not Here' must be a code",
            "policy.yaml:21: regions.rules[2].refuse: is missing, so the rule never matches; list the countries",
            "policy.yaml:21: regions.rules[2].kinds: is for the fact network_kind",
            "policy.yaml:22: regions.rules[3].kinds: is missing; list the kinds",
            "policy.yaml:23: regions.rules[4].min_owned_ratio: is for the fact owner_country",
            "policy.yaml:24: regions.rules[5].ownership: 'sole' must be multiplied or cascading.",
            "policy.yaml:26: limits.cache_read_weight: '2' must be a number from 0 to 1.",
            "policy.yaml:28: limits.prices[0].input_usd_per_million: '0.0005' must be US dollars per million tokens with at most three decimals",
            "policy.yaml:29: limits.prices[1].output_usd_per_million: is missing",
            "policy.yaml:29: limits.prices[1].models: 'a' never matches: '*' takes all its names first",
            "policy.yaml:31: limits.rules[0].per: 'everybody' must be key or account",
            "policy.yaml:31: limits.rules[0].requests: '60' must be an amount, a slash and a period",
            "policy.yaml:32: limits.rules[1].name: the rule limits nothing; give it at least one of requests",
            "policy.yaml:33: limits.rules[2].requests: '0/m' must be an amount",
            "policy.yaml:33: limits.rules[2].tokens: '5/40d' must be an amount, a slash and a period from 1s to 31d",
            "policy.yaml:33: limits.rules[2].concurrency: '0' must be a whole number from 1",
            "policy.yaml:33: limits.rules[2].spend: '5 EUR/month' must be an amount of US dollars",
            "policy.yaml:34: limits.rules[3].spend: '0.0000000001 USD/day' must be an amount of US dollars over 0 with at most nine decimals",
            "policy.yaml:34: limits.rules[3].input_token: is no key; did you mean input_tokens?",
            "policy.yaml:35: displacement.rate_ratio: '-1' must be a number from 0 to 1.",
        ];
        var missing = expected.Where(start => !faults.Any(fault => fault.StartsWith(start, StringComparison.Ordinal)));
        var unexpected = faults.Where(fault => !expected.Any(start => fault.StartsWith(start, StringComparison.Ordinal)));
        Assert.Empty(missing);
        Assert.Empty(unexpected);
        Assert.Equal(expected.Length, faults.Count);
    }

    [Theory]
    [InlineData("ladder: {verify: {min_confidence: 0.9985}}", "ladder.shape.min_confidence", "a stricter rung needs as much or more")]
    [InlineData("limits: {rules: [{name: a, per: account, spend: 5 USD/day}]}", "limits.prices", "a limit on spend without prices limits nothing")]
    [InlineData("regions: {networks: [{kind: tor, file: none.txt}]}", "regions.networks[0].file", "'none.txt' cannot be read")]
    [InlineData("limits: {rules: [{name: ring-default, per: key, requests: 1/m}]}", "limits.rules", "2 rules are named 'ring-default.requests'")]
    [InlineData("regions: {rules: [{name: a}]}", "regions.rules[0].facts", "is missing")]
    [InlineData("regions: {rules: [{name: a, facts: owner_country, allow: []}]}", "regions.rules[0].allow", "refuses everybody")]
    [InlineData("regions: {rules: [{name: a, facts: billing_country, refuse: [XX]}]}", "regions.rules[0].refuse[0]", "'XX' must be a country's two letters")]
    [InlineData("regions: {rules: [{name: a, facts: owner_country, refuse: KP, min_owned_ratio: 1}]}", "regions.rules[0].min_owned_ratio", "'1' must be at least 0 and below 1")]
    [InlineData("regions: {rules: [{name: a, facts: billing_country, refuse: KP, ownership: cascading}]}", "regions.rules[0].ownership", "is for the fact owner_country")]
    [InlineData("regions: {rules: [{name: a, facts: network_country, allow: US}]}", "regions.rules[0].facts", "'network_country' is stated by nothing, since no database states countries; name one")]
    [InlineData("regions: {networks: [{kind: tor, prefixes: 192.0.2.1}], rules: [{name: a, facts: network_kind, kinds: [tor, vpn]}]}", "regions.rules[0].kinds", "'vpn' is a kind that nothing says of any network; name a list")]
    [InlineData("regions: {networks: [{kind: shared_carrier, prefixes: 192.0.2.1}], rules: [{name: a, facts: network_kind, kinds: shared_carrier}]}", "regions.rules[0].kinds", "'shared_carrier' says nothing of one subscriber")]
    [InlineData("regions: {networks: [{kind: tor}]}", "regions.networks[0]", "lists nothing; write file, or prefixes and asns")]
    [InlineData("regions: {networks: [{kind: tor, asns: 64500}]}", "regions.networks[0].asns", "no database states those of addresses; name one")]
    [InlineData("regions: {databases: hosting.txt}", "regions.databases", "'hosting.txt' is no MaxMind DB file, or damaged")]
    [InlineData("regions: {databases: [country.mmdb, none.mmdb]}", "regions.databases[1]", "'none.mmdb' is no file that exists")]
    [InlineData("regions: {networks: [{kind: tor, prefixes: 192.0.2.1}], rules: [{name: a, facts: [network_kind], kinds: [tor], allow: [US]}]}", "regions.rules[0].allow", "compares no fact")]
    public void What_does_not_fit_together_is_refused_once_and_by_its_key(string text, string key, string says)
    {
        var fault = Assert.Single(PolicySamples.Read(text).Faults);
        Assert.Equal((1, key), (fault.Line, fault.Key));
        Assert.Contains(says, fault.Says, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("responses: {refuse: {cues: rubric-grading}}", "responses.refuse.cues", "mode is observe")]
    [InlineData("{mode: enforce, responses: {refuse: {cues: rubric-grading}}}", "responses.refuse.from", "only a person, in a case, decides withhold or above")]
    [InlineData("{mode: enforce, responses: {refuse: {from: shape}}}", "responses.refuse.from", "refuses nothing without cues")]
    [InlineData("{mode: enforce, ladder: {verify: {automatic: false}, shape: {automatic: false}}}", "ladder", "no rung is automatic")]
    [InlineData("displacement: {on: true}", "displacement.on", "no trial runs")]
    [InlineData("levels: [{name: a, feature: models, needs: person}]", "levels", "write verify_url")]
    [InlineData("limits: {prices: [{models: a, input_usd_per_million: 1, output_usd_per_million: 1}]}", "limits.prices", "by limits on spend only")]
    [InlineData("limits: {prices: [{models: a, input_usd_per_million: 1, output_usd_per_million: 1}], rules: [{name: a, per: key, spend: 1 USD/day}]}", "limits.prices", "spends nothing")]
    [InlineData("limits: {rules: [{name: a, per: account, output_tokens: 1000/m}]}", "limits.rules", "never fits")]
    [InlineData("limits: {rules: [{name: a, per: ring, requests: 1/m, mode: shadow}]}", "limits.rules[0].mode", "shape changes nothing")]
    [InlineData("limits: {rules: [{name: a, per: model, per_model: true, requests: 1/m}]}", "limits.rules[0].per_model", "changes nothing")]
    public void What_would_silently_do_nothing_is_a_warning(string text, string key, string says)
    {
        var reading = PolicySamples.Read(text);
        Assert.Empty(reading.Faults);
        var warning = Assert.Single(reading.Warnings);
        Assert.Equal(key, warning.Key);
        Assert.Equal(1, warning.Line);
        Assert.Contains(says, warning.Says, StringComparison.Ordinal);
    }

    [Fact]
    public void The_older_form_is_told_the_new_one()
    {
        var faults = PolicySamples.Read("""{"shape": {"days": 7}, "hysteresis_log_odds": 0.5}""").Faults;
        Assert.Equal(2, faults.Count);
        Assert.All(faults, fault => Assert.Contains("write 'ladder: {", fault.Says, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "is empty; write at least 'mode: observe'")]
    [InlineData("mode: [\n", "is no YAML")]
    [InlineData("mode: enforce\nmode: observe\n", "stands here a second time, first in line 1")]
    [InlineData("levels: {a: b}", "must be a list")]
    [InlineData("ladder: 5", "must be a mapping")]
    [InlineData("mode: {a: b}", "must be one value")]
    [InlineData("mode: ${NOT_SET}", "NOT_SET is not set")]
    public void A_file_of_another_shape_is_refused(string text, string says)
        => Assert.Contains(PolicySamples.Read(text).Faults, fault => fault.ToString().Contains(says, StringComparison.Ordinal));

    [Fact]
    public void A_network_list_is_read_and_its_bad_lines_are_named()
    {
        using var folder = new PolicyFolder();
        folder.Write("tor.txt", "# exits\n192.0.2.1\n2001:db8::/32 # a lab\nAS64500\n\n");
        const string Text = "regions:\n  databases: country.mmdb\n  networks: [{kind: tor, file: \"${LISTS}tor.txt\"}]\n";
        PolicyReading Read() => folder.Read(Text, name => name == "LISTS" ? "./" : null);
        var reading = Read();
        Assert.Empty(reading.Faults);
        var tor = Assert.Single(reading.Policy!.Regions.Networks);
        Assert.Equal((2, 1, "./tor.txt"), (tor.Prefixes.Count, tor.Asns.Count, tor.Source));
        Assert.Equal(["country.mmdb", "tor.txt"], reading.Files.Select(Path.GetFileName));

        void Refused(string says)
        {
            var fault = Assert.Single(Read().Faults);
            Assert.Equal((3, "regions.networks[0].file"), (fault.Line, fault.Key));
            Assert.StartsWith($"'${{LISTS}}tor.txt' {says}", fault.Says, StringComparison.Ordinal); // as it is written, no variable's value
        }

        folder.Write("tor.txt", "192.0.2.1\nexit-node\n");
        Refused("line 2: 'exit-node' is no network; write it like 192.0.2.0/24");
        folder.Write("tor.txt", "192.0.2.1\nexit-node\n300.1.1.1\n\n192.0.2.1/24\n");
        Refused("has bad lines (2, 3, 5); line 2: 'exit-node' is no network; write it like");
        folder.Write("tor.txt", string.Concat(Enumerable.Repeat("exit-node\n", 200)));
        Refused("has bad lines (1, 2, 3, 4, 5 and more); line 1: ");
        folder.Write("tor.txt", "# exits\n");
        Refused("lists nothing; fetch it again, or leave the entry out.");
    }

    [Fact]
    public void A_rule_that_is_off_needs_no_database()
        => Assert.Empty(PolicySamples.Read("regions: {rules: [{name: a, facts: network_country, allow: US, mode: off}]}").Faults);

    [Fact]
    public void Faults_elsewhere_keep_no_fault_of_a_region_back()
    {
        var faults = PolicySamples.Read("mode: enforced\nregions:\n  databases: [country.mmdb, hosting.txt]\n  rules:\n    - {name: a, facts: network_country}\n").Faults;
        Assert.Equal([(1, "mode"), (3, "regions.databases[1]"), (5, "regions.rules[0].refuse")], faults.Select(fault => (fault.Line, fault.Key)));
    }

    [Theory]
    [InlineData("60/m", 60, 60, 60)]
    [InlineData("1000/10s burst 2k", 1000, 10, 2000)]
    [InlineData("2M/d", 2_000_000, 86400, 2_000_000)]
    public void Rates_are_amount_period_and_burst(string text, long amount, int seconds, long burst)
    {
        Assert.Null(PolicyScalars.Rate(text, out var rate));
        Assert.Equal(new MeterRate(amount, TimeSpan.FromSeconds(seconds), burst), rate);
    }

    [Fact]
    public void Money_is_exact_to_the_billionth_and_is_written_as_it_was_read()
        => Gen.Select(Gen.Long[0, 1_000_000_000], Gen.Int[0, 999_999_999]).Where((whole, nano) => whole + nano > 0).Sample((whole, nano) =>
        {
            Assert.Null(PolicyScalars.Spend($"{whole}.{nano:D9} USD/day", out var spend));
            Assert.Equal((whole * 1_000_000_000L) + nano, spend.NanoUsd);
            Assert.Null(PolicyScalars.Spend(PolicyScalars.Say(spend), out var again));
            Assert.Equal(spend, again);
        });

    [Fact]
    public void No_damage_to_a_file_ends_in_anything_but_faults()
        => Gen.Select(Gen.Int[0, PolicySamples.Full.Length - 1], Gen.Int[0, 20], Gen.String[Gen.Char["{}[]:,-'\"$ \n\t#&*!|>%@`?~x0/."], 0, 4]).Sample((at, cut, put) =>
        {
            var damaged = PolicySamples.Full[..at] + put + PolicySamples.Full[Math.Min(PolicySamples.Full.Length, at + cut)..];
            var reading = PolicySamples.Read(damaged);
            Assert.Equal(reading.Policy is null, reading.Faults.Count > 0);
        });
}
