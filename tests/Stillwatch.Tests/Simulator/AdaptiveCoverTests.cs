using Stillwatch.Engine.Judgement;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Tests.Simulator;

/// <summary>Mixing and framing: what is harvest stays harvest in the truth, and who is framed stays innocent.</summary>
public sealed class AdaptiveCoverTests
{
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.25)]
    [InlineData(0.1)]
    [InlineData(0.05)]
    public void The_share_of_the_harvest_is_what_the_plan_says(double share)
    {
        var mix = Twin.With("", FormattableString.Invariant($"resale_ratio: {(1 - share) * 0.8}; cover_ratio: {(1 - share) * 0.2}"), accounts: 120);
        Assert.InRange(mix.Share(ExchangeLabel.Harvest), share * 0.8, share * 1.25);
        Assert.InRange(mix.Share(ExchangeLabel.Resale) / mix.Share(ExchangeLabel.Cover), 3.2, 4.8);
        Assert.All(mix.Members, record => Assert.Equal(Verdict.Distillation, mix.Truth[record.Account].Verdict));
    }

    [Fact]
    public void A_copied_template_is_the_victims_own()
    {
        var framing = Twin.With("framing: template", "templates: 3; follow_up_ratio: 0", "  - {class: framed-template, accounts: 60, exchanges_median: 12, groups: 3}");
        var victims = framing.Others.Where(item => framing.Truth[item.Exchange.Account].Class == "benign:framed-template").ToList();
        Assert.Equal(60, framing.Truth.Values.Count(truth => truth is { Class: "benign:framed-template", Malicious: false, Verdict: null }));
        var systems = victims.Select(item => item.Exchange.Request.System).Where(system => system is not null).ToHashSet();
        var openings = victims.Select(item => Opening(Twin.Text(item))).CountBy(text => text).Where(pair => pair.Value > 4).Select(pair => pair.Key).ToHashSet();
        var harvest = framing.Sent.Where(item => item.Label == ExchangeLabel.Harvest && item.Exchange.Request.Messages.Count == 1).ToList();
        Assert.True(harvest.Count(item => systems.Contains(item.Exchange.Request.System) || openings.Contains(Opening(Twin.Text(item)))) > harvest.Count * 0.9);
        Assert.DoesNotContain(Twin.Plain().Sent, item => systems.Contains(item.Exchange.Request.System));
    }

    [Fact]
    public void Echo_goes_both_ways()
    {
        var framing = Twin.With("framing: echo, echo_ratio: 0.1", "", "  - {class: framed-echo, accounts: 60, exchanges_median: 20}");
        var victims = framing.Others.Where(item => framing.Truth[item.Exchange.Account].Class == "benign:framed-echo").ToList();
        Assert.True(Pasted(framing.Sent, victims) > 30, "the campaign pastes what victims got");
        Assert.True(Pasted(victims, framing.Sent) > 30, "victims paste what the campaign got");
        Assert.All(victims, item => Assert.Equal(ExchangeLabel.Benign, item.Label));
    }

    [Fact]
    public void Shared_exits_are_the_victims_networks()
    {
        var framing = Twin.With("framing: exits", "", "  - {class: framed-exits, accounts: 60, exchanges_median: 12, groups: 4}");
        var homes = framing.Others.Where(item => framing.Truth[item.Exchange.Account].Class == "benign:framed-exits").Select(item => Twin.Prefix(item.Exchange.Client!.Ip!)).ToHashSet();
        Assert.All(framing.Sent, item => Assert.Contains(Twin.Prefix(item.Exchange.Client!.Ip!), homes));
        Assert.Equal(4, framing.Sent.Select(item => Twin.Prefix(item.Exchange.Client!.Ip!)).Distinct().Count());
        // Cards and words are those of the campaign without it.
        Assert.Equal(Twin.Plain().Members.Select(record => record.Payment is null).Count(none => none), framing.Members.Select(record => record.Payment is null).Count(none => none));
    }

    [Theory]
    [InlineData("framing: template", "campaigns: 'twin' frames innocents that are not there; add a population of class framed-template.")]
    [InlineData("framing: echo, echo_ratio: 0.1", "class framed-echo")]
    [InlineData("echo_ratio: 0.1", "adaptation.echo_ratio: 0.1 and framing none")]
    [InlineData("churn_hours: 0.5", "adaptation.churn_hours: 0.5 is below an hour")]
    [InlineData("paraphrase: strong", "adaptation.paraphrase: 'strong' is unknown; use one of none, pool, machine.")]
    [InlineData("residential: yes", "adaptation.residential: 'yes' is neither true nor false.")]
    [InlineData("rings: 50", "adaptation.rings: 50 rings of 80 accounts")]
    [InlineData("stealth: 9", "adaptation.stealth: unknown key")]
    public void A_wrong_adaptation_is_refused_with_key_value_and_cure(string adaptation, string fault)
        => Assert.Contains(Assert.Throws<ScenarioException>(() => Twin.With(adaptation)).Faults, text => text.Contains(fault, StringComparison.Ordinal));

    // Texts of one side that hold eighty letters of an answer the other side got.
    static int Pasted(IReadOnlyList<SimulatedExchange> pasting, IReadOnlyList<SimulatedExchange> served)
    {
        var parts = served.SelectMany(item => item.Exchange.Response?.Content ?? []).OfType<Stillwatch.Engine.Exchanges.TextPart>()
            .SelectMany(part => Enumerable.Range(0, part.Text.Length / 40).Select(place => part.Text.Substring(place * 40, 40))).ToHashSet();
        return pasting.Count(item =>
        {
            var text = Twin.Text(item);
            return Enumerable.Range(0, Math.Max(0, text.Length - 40)).Any(place => parts.Contains(text.Substring(place, 40)));
        });
    }

    static string Opening(string text) => text[..Math.Min(30, text.Length)];
}
