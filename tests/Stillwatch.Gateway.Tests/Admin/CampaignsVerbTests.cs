using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Recording.Changes;
using Stillwatch.Gateway.Tests.Enforcement;

namespace Stillwatch.Gateway.Tests.Admin;

/// <summary><c>stillwatch campaigns</c> against a running admin listener.</summary>
public sealed class CampaignsVerbTests
{
    [Fact]
    public async Task List_takes_every_page_and_leaves_benign_rings_out_unless_asked_for()
    {
        await using var server = await AdminServer.StartAsync();
        server.Report = ScriptedRing.Report(
            [.. Enumerable.Range(1, 230).Select(i => new ScriptedRing($"C-{i}", ScriptedRing.Names(i * 10, 5), i % 2 == 0 ? Rung.Verify : Rung.Shape) { Verdict = i == 7 ? Verdict.Automation : Verdict.Distillation })]);
        var (code, output, _) = await RunAsync(server, "list");
        Assert.Equal((0, 229), (code, Lines(output).Count(line => line.StartsWith("C-", StringComparison.Ordinal))));
        Assert.DoesNotContain(Lines(output), line => line.StartsWith("C-7 ", StringComparison.Ordinal));
        Assert.Equal(115, Lines((await RunAsync(server, "list", "--response", "verify")).Output).Length);
        Assert.StartsWith("C-7  automation", (await RunAsync(server, "list", "--verdict", "automation")).Output);
        Assert.Equal("There are no such campaigns.", (await RunAsync(server, "list", "--verdict", "resale")).Output.Trim());
        Assert.Equal(2, (await RunAsync(server, "list", "--verdict", "guilty")).Code);

        (_, output, _) = await RunAsync(server, "list", "--json");
        Assert.Equal(230, JsonSerializer.Deserialize(output, CampaignJson.Readable.CampaignList)!.Campaigns.Count);
    }

    [Fact]
    public async Task Explain_prints_every_weight_of_a_campaign_or_an_account_and_checks_the_sum()
    {
        await using var server = await AdminServer.StartAsync();
        EvidenceItem[] evidence = [ScriptedRing.Item("content", "prompt-template", 5), ScriptedRing.Item("identity-and-money", "shared-payment", 6)];
        var report = ScriptedRing.Report(new ScriptedRing("C-3", ["ann", "bob"]) { Evidence = evidence });
        server.Report = report with
        {
            Campaigns = [report.Campaigns[0] with { CalibrationLogOdds = 1, Confidence = Logistic(-9 + 11 + 1) }],
            Accounts = [.. report.Accounts.Select(account => account with { Confidence = Logistic(account.Evidence.Sum(item => item.LogOdds)) })],
        };
        var (code, output, error) = await RunAsync(server, "explain", "C-3");
        Assert.True(code == 0, error);
        Assert.Contains("Campaign C-3: distillation", output);
        Assert.Contains("content / prompt-template", output);
        Assert.Contains("The two agree", output);

        (code, output, _) = await RunAsync(server, "explain", "ann");
        Assert.Equal(0, code);
        Assert.Contains("Account ann", output);

        (code, output, _) = await RunAsync(server, "explain", "ann", "--json");
        Assert.Equal(0, code);
        Assert.Contains("shared-payment", output);

        server.Report = server.Report with { Campaigns = [server.Report.Campaigns[0] with { Confidence = 0.5 }] };
        (code, _, error) = await RunAsync(server, "explain", "C-3");
        Assert.Equal(1, code);
        Assert.Contains("does not add up", error);
        (code, _, error) = await RunAsync(server, "explain", "nobody");
        Assert.Equal(1, code);
        Assert.Contains("nobody", error);
    }

    [Fact]
    public async Task Show_and_follow_print_a_campaign_and_then_each_of_its_changes()
    {
        await using var server = await AdminServer.StartAsync();
        server.Report = ScriptedRing.Report(new ScriptedRing("C-3", ScriptedRing.Names(0, 5), Rung.Verify), new ScriptedRing("C-9", ScriptedRing.Names(50, 5), Rung.Verify));
        server.Changes.Follow(server.Report);
        Assert.Equal(1, (await RunAsync(server, "show", "C-1")).Code);

        using var output = new LineWriter();
        using var stop = new CancellationTokenSource();
        using var error = new StringWriter();
        var running = CommandLine.RunAsync([.. Arguments(server, "show", "C-3", "--follow")], output, error, stop.Token);
        await output.UntilAsync("Accounts: acct_000000");
        var size = 5;
        while (!output.Has("6 accounts: 1 joined, 0 left")) // until it follows
        {
            size = size == 5 ? 6 : 5;
            server.Changes.Follow(ScriptedRing.Report(
                new ScriptedRing("C-3", ScriptedRing.Names(0, size), Rung.Verify), new ScriptedRing("C-9", ScriptedRing.Names(50, size), Rung.Verify)));
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        server.Changes.Follow(ScriptedRing.Report(new ScriptedRing("C-9", ScriptedRing.Names(0, 70))));
        await output.UntilAsync("C-3 is now part of C-9.");
        Assert.False(output.Has("C-9 has"));
        await stop.CancelAsync();
        Assert.True(await running == 0, error.ToString());
    }

    [Fact]
    public void A_change_says_what_is_different_and_nothing_when_nothing_is()
    {
        var before = ScriptedRing.Report(new ScriptedRing("C-1", ScriptedRing.Names(0, 5), Rung.Verify), new ScriptedRing("C-2", ScriptedRing.Names(10, 5)), new ScriptedRing("C-3", ScriptedRing.Names(20, 5)) { Verdict = Verdict.Automation });
        var after = ScriptedRing.Report(
            new ScriptedRing("C-1", [.. ScriptedRing.Names(1, 4), .. ScriptedRing.Names(10, 5)], Rung.Shape) { Verdict = Verdict.Resale }, new ScriptedRing("C-3", ScriptedRing.Names(20, 5)));
        after = after with { Campaigns = [after.Campaigns[0] with { Pivots = [new Pivot(ScriptedRing.Start, "a", "b", 0.5)] }, after.Campaigns[1]] };
        var changes = HeldCampaigns.Of(before).ChangesTo(HeldCampaigns.Of(after), after);
        Assert.Equal(
            ["Appeared C-3", "Verdict C-1", "Response C-1", "Members C-1", "Pivot C-1", "Gone C-2"], changes.Select(change => $"{change.Kind} {change.Campaign}"));
        Assert.Equal((Verdict.Distillation, Rung.Verify), (changes[1].WasVerdict!.Value, changes[2].WasResponse!.Value));
        Assert.Equal((5, 1, "acct_000000"), (changes[3].JoinedCount, changes[3].LeftCount, changes[3].Left.Single()));
        Assert.Equal(("b", "C-1"), (changes[4].Pivot!.To, changes[5].Into));
        Assert.Empty(HeldCampaigns.Of(after).ChangesTo(HeldCampaigns.Of(after), after));
    }

    static double Logistic(double logit) => 1 / (1 + Math.Exp(-logit));

    static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    static IEnumerable<string> Arguments(AdminServer server, params string[] arguments) =>
        ["campaigns", .. arguments, "--admin", server.Address.ToString(), "--token-file", Path.Combine(server.Data, "admin.token")];

    static async Task<(int Code, string Output, string Error)> RunAsync(AdminServer server, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync([.. Arguments(server, arguments)], output, error);
        return (code, output.ToString(), error.ToString());
    }

    /// <summary>Lets a test see lines while a verb still runs.</summary>
    sealed class LineWriter : StringWriter
    {
        public override void WriteLine(string? value)
        {
            lock (this)
            {
                base.WriteLine(value);
            }
        }

        public bool Has(string text)
        {
            lock (this)
            {
                return ToString().Contains(text, StringComparison.Ordinal);
            }
        }

        public async Task UntilAsync(string text)
        {
            for (var patience = 0; patience < 400 && !Has(text); patience++)
            {
                await Task.Delay(50, TestContext.Current.CancellationToken);
            }

            Assert.True(Has(text), ToString());
        }
    }
}
