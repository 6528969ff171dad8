using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Tests.Access.Standings;

public sealed class LevelGateTests
{
    static readonly Uri VerifyUrl = new("https://example.org/verify");
    readonly LevelGate _gate = new();

    [Fact]
    public void A_refusal_names_what_is_missing_what_is_there_and_where_to_get_it()
    {
        var decision = Check([Rule(needs: VerificationLevel.Person)], At(VerificationLevel.Contact))!;
        var error = decision.Error!;
        Assert.Equal((403, "verification_required", false), (error.Status, error.Code, error.ShouldRetry));
        Assert.Contains("level person", error.Message);
        Assert.Contains("level contact", error.Message);
        Assert.Contains("https://example.org/verify", error.Message);
        Assert.False(decision.WithholdsReasoning);
        Assert.Contains("Ask whoever runs this API", _gate.Check(new LevelPolicy { Rules = [Rule()] }, At(VerificationLevel.None), GatedFeature.Models, "m", null)!.Error!.Message);
    }

    [Fact]
    public void Who_has_the_level_or_a_higher_one_passes()
    {
        Assert.Null(Check([Rule(needs: VerificationLevel.Person)], At(VerificationLevel.Person)));
        Assert.Null(Check([Rule(needs: VerificationLevel.Person)], At(VerificationLevel.Organization)));
        Assert.Empty(_gate.Counts);
    }

    [Fact]
    public void A_rule_holds_for_its_feature_models_and_programmes_alone()
    {
        LevelRule[] rules = [Rule(models: ["opus-*", "exact"], programmes: ["education", "startup"])];
        var student = At(VerificationLevel.None, "education");
        Assert.NotNull(Check(rules, student, model: "opus-1"));
        Assert.NotNull(Check(rules, student, model: "exact"));
        Assert.Null(Check(rules, student, model: "exactly"));
        Assert.Null(Check(rules, At(VerificationLevel.None), model: "opus-1"));
        Assert.Null(Check(rules, At(VerificationLevel.None, "research"), model: "opus-1"));
        Assert.Null(_gate.Check(new LevelPolicy { Rules = rules }, student, GatedFeature.Batches, "opus-1", VerifyUrl));
    }

    [Fact]
    public void The_rule_that_asks_most_decides_so_that_one_verification_is_enough()
    {
        var decision = Check([Rule("low", VerificationLevel.Contact), Rule("high", VerificationLevel.Organization), Rule("middle", VerificationLevel.Person)], At(VerificationLevel.None));
        Assert.Equal("high", decision!.Rule.Name);
    }

    [Fact]
    public void Shadow_counts_and_off_does_not()
    {
        LevelRule[] rules = [Rule("shadow", mode: RuleMode.Shadow), Rule("off", mode: RuleMode.Off)];
        Assert.Null(Check(rules, At(VerificationLevel.None)));
        Assert.Null(Check(rules, At(VerificationLevel.None)));
        Assert.Equal([("shadow", RuleMode.Shadow, 2L)], _gate.Counts);
    }

    [Fact]
    public void Reasoning_is_withheld_and_not_refused()
    {
        var policy = new LevelPolicy { Rules = [Rule() with { Feature = GatedFeature.Reasoning }] };
        var decision = _gate.Check(policy, At(VerificationLevel.None), GatedFeature.Reasoning, "m", VerifyUrl)!;
        Assert.True(decision.WithholdsReasoning);
        Assert.Null(_gate.Check(policy, At(VerificationLevel.Person), GatedFeature.Reasoning, "m", VerifyUrl));
        Assert.Null(_gate.Check(policy, At(VerificationLevel.None), GatedFeature.Models, "m", VerifyUrl));
    }

    [Fact]
    public void Names_of_many_policies_do_not_fill_the_memory()
    {
        for (var i = 0; i < 3000; i++)
        {
            Check([Rule($"r{i}")], At(VerificationLevel.None));
        }

        Assert.True(_gate.Counts.Count <= 1026, $"{_gate.Counts.Count}");
        Assert.Equal(3000, _gate.Counts.Sum(count => count.Calls));
    }

    LevelDecision? Check(IReadOnlyList<LevelRule> rules, Standing standing, string model = "m") =>
        _gate.Check(new LevelPolicy { Rules = rules }, standing, GatedFeature.Models, model, VerifyUrl);

    static LevelRule Rule(
        string name = "rule", VerificationLevel needs = VerificationLevel.Person, RuleMode mode = RuleMode.Enforce, IReadOnlyList<string>? models = null,
        IReadOnlyList<string>? programmes = null) => new(name, GatedFeature.Models, models ?? [], programmes ?? [], needs, mode);

    static Standing At(VerificationLevel level, string? programme = null) => new() { Account = new AccountRecord { Account = "a", Programme = programme }, Level = level };
}
