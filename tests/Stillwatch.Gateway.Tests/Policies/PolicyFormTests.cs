using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Policies;

/// <summary>A policy's hash names its meaning, and what is shown of it means the same.</summary>
public sealed class PolicyFormTests
{
    [Fact]
    public void The_demonstrations_policy_is_one_that_can_be_read_shown_and_read_back()
    {
        var read = PolicyReader.Read(Stillwatch.Demo.DemoRun.PolicyText, "policy.yaml", _ => null, out _);
        Assert.Empty(read.Faults);
        Assert.Equal(read.Policy!.Hash, HashOf(PolicyText.Of(read.Policy)));
    }

    [Theory]
    [InlineData("mode: observe", "{}")]
    [InlineData("{responses: {verify_grace: 72h}}", "responses: {verify_grace: 3d}")]
    [InlineData("limits: {rules: [{name: a, per: key, requests: 60/m}]}", "limits: {rules: [{per: key, name: a, requests: 60/60s burst 60, mode: enforce, models: []}]}")]
    [InlineData(
        "limits: {rules: [{name: a, per: key, requests: 60/m}, {name: b, per: key, requests: 1/s}]}",
        "limits: {rules: [{name: b, per: key, requests: 1/s}, {name: a, per: key, requests: 60/m}]}")]
    [InlineData(
        "regions: {rules: [{name: a, facts: [verified_country, billing_country], allow: [US, DE]}]}",
        "regions: {rules: [{name: a, allow: [DE, US, DE], facts: [billing_country, verified_country], code: region_unsupported}]}")]
    [InlineData(
        "regions: {databases: country.mmdb, networks: [{kind: tor, prefixes: [192.0.2.1]}, {kind: tor, asns: 5}]}",
        "regions: {databases: [country.mmdb], networks: [{kind: tor, asns: AS5, prefixes: 192.0.2.1/32}]}")]
    [InlineData("regions: {networks: [{kind: hosting, file: hosting.txt}]}", "regions: {networks: [{kind: hosting, prefixes: 192.0.2.0/24}]}")]
    [InlineData("ladder: {shape: {min_confidence: 0.9980}}", "# no change\nmode: observe\n")]
    public void Files_that_mean_the_same_have_the_same_hash(string one, string other) => Assert.Equal(HashOf(one), HashOf(other));

    [Theory]
    [InlineData("mode: enforce")]
    [InlineData("appeal_url: https://example.com/")]
    [InlineData("ladder: {shape: {days: 13}}")]
    [InlineData("responses: {four_eyes: false}")]
    [InlineData("responses: {four_eyes_from: withhold}")]
    [InlineData("levels: [{name: a, feature: models, needs: person}]")]
    [InlineData("regions: {rules: [{name: a, facts: billing_country, refuse: KP}]}")]
    [InlineData("regions: {networks: [{kind: tor, prefixes: 192.0.2.1}]}")]
    [InlineData("limits: {cache_read_weight: 0.1}")]
    [InlineData("limits: {rules: [{name: a, per: key, requests: 60/m}]}")]
    [InlineData("displacement: {max_trials: 5}")]
    public void Files_that_mean_something_else_have_another_hash(string text) => Assert.NotEqual(PolicyReader.Default.Hash, HashOf(text));

    [Fact]
    public void The_order_of_rules_that_are_tried_in_order_is_meaning()
        => Assert.NotEqual(
            HashOf("regions: {rules: [{name: a, facts: billing_country, refuse: KP}, {name: b, facts: billing_country, refuse: IR}]}"),
            HashOf("regions: {rules: [{name: b, facts: billing_country, refuse: IR}, {name: a, facts: billing_country, refuse: KP}]}"));

    [Fact]
    public void A_hash_never_changes_by_itself()
    {
        // Statements of reasons name policies by this; a change of form needs a reason and a line in the changelog.
        Assert.Matches("^[0-9a-f]{16}$", PolicyReader.Default.Hash);
        Assert.Equal(HashOf(PolicySamples.Full), HashOf(PolicySamples.Full));
        Assert.Equal("61685ffd82b15d40", PolicyReader.Default.Hash);
        Assert.Equal("3ef42b6f09eff8f5", HashOf(PolicySamples.Full));
    }

    [Theory]
    [InlineData("mode: observe\n")]
    [InlineData(PolicySamples.Full)]
    public void What_is_shown_reads_back_as_the_same_policy(string text)
    {
        using var folder = new PolicyFolder();
        var policy = folder.Read(text).Policy!;
        var shown = folder.Read(PolicyText.Of(policy));
        Assert.Empty(shown.Faults);
        Assert.Equal(policy.Hash, shown.Policy!.Hash);
        Assert.Equal(PolicyText.Of(policy), PolicyText.Of(shown.Policy));
    }

    [Fact]
    public void How_ownership_is_read_is_meaning()
        => Assert.NotEqual(
            HashOf("regions: {rules: [{name: a, facts: owner_country, refuse: KP}]}"),
            HashOf("regions: {rules: [{name: a, facts: owner_country, refuse: KP, ownership: cascading}]}"));

    static string HashOf(string text)
    {
        var reading = PolicySamples.Read(text);
        Assert.Empty(reading.Faults);
        return reading.Policy!.Hash;
    }
}
