using Microsoft.Playwright;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.People;
using Stillwatch.Storage.Replays;
using Stillwatch.Console.Desk;
using static Microsoft.Playwright.Assertions;

namespace Stillwatch.Console.Tests.Desk;

/// <summary>Policy, accounts, organizations and the audit log in a browser; every page for a screen reader, a telephone, and against hostile text.</summary>
[Collection(BrowserTests.Name)]
public sealed class DeskPagesTests(BrowserFixture browser)
{
    const string Hostile = "<img src=x onerror=\"window.__hit=1\"><script>window.__hit=2</script>\"'>";

    [Fact]
    public async Task An_edited_policy_is_replayed_watched_and_applied_by_an_admin_with_a_reason()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.PageAsync(browser, Role.Admin);
        await console.OpenAsync(page, "policy");
        await page.GetByLabel("The policy, to be edited").FillAsync("mode: loud");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay it" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("must be observe or enforce");
        await page.GetByLabel("The policy, to be edited").FillAsync("mode: enforce");
        await page.GetByRole(AriaRole.Button, new() { Name = "Replay it" }).ClickAsync();
        await Expect(page).ToHaveURLAsync($"{console.Address}policy/replays/rpl_0", new() { Timeout = 15_000 });
        console.Desk.Step("rpl_0", job => job with { SketchesRead = 500 });
        await Expect(page.GetByText("500 sketches judged")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Apply the policy" })).ToHaveCountAsync(0);

        console.Desk.Step("rpl_0", job => job with { State = ReplayState.Done, Report = Report() });
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Accounts by class and rung" })).ToContainTextAsync("classroom");
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "Accounts that move" })).ToContainTextAsync("observe → shape");
        Assert.Equal("aaaa", console.Desk.InForce.Hash);

        await page.GetByLabel("Reason, which stays in the audit log").FillAsync("Reviewed with Ben.");
        await page.GetByLabel("I have read whom it touches").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Apply the policy" }).ClickAsync();
        await Expect(page.GetByText("It is in force.").First).ToBeVisibleAsync();
        Assert.Equal(("bbbb", "mode: enforce"), (console.Desk.InForce.Hash, console.Desk.InForce.Text));
        var entry = console.Audit.Page(new AuditQuery(Action: "policy_apply"))[0].Entry;
        Assert.Equal(("Admin of the test", "Reviewed with Ben.", AuditOutcome.Done), (entry.Who, entry.Reason, entry.Outcome));
        Assert.Empty(console.Troubles);
    }

    [Fact]
    public async Task A_replay_is_cancelled_and_an_analyst_cannot_apply_one()
    {
        await using var console = await TestConsole.StartAsync();
        console.Desk.StartReplay("mode: enforce", 7, "Ada");
        var page = await console.PageAsync(browser, Role.Analyst);
        await console.OpenAsync(page, "policy/replays/rpl_0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel it" }).ClickAsync();
        await Expect(page.GetByText("nothing of it counts")).ToBeVisibleAsync();
        console.Desk.StartReplay("mode: enforce", 7, "Ada");
        console.Desk.Step("rpl_1", job => job with { State = ReplayState.Done, Report = Report() });
        await console.OpenAsync(page, "policy/replays/rpl_1");
        await Expect(page.GetByText("Class by class")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Put it into force" })).ToHaveCountAsync(0);

        var viewer = await console.PageAsync(browser, Role.Viewer);
        await console.OpenAsync(viewer, "policy");
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Replay it" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_a_customer_wrote_is_read_with_a_reason_by_an_analyst_alone()
    {
        await using var console = await TestConsole.StartAsync();
        console.Desk.Accounts["acct_0"] = ScriptedDesk.Sheet("acct_0");
        console.Desk.Texts["ex_1"] = "{\"request\":\"canary\"}";
        var viewer = await console.PageAsync(browser, Role.Viewer);
        await console.OpenAsync(viewer, "accounts/acct_0");
        await Expect(viewer.GetByText("ex_1")).ToBeVisibleAsync();
        await Expect(viewer.GetByRole(AriaRole.Button, new() { Name = "Read" })).ToHaveCountAsync(0);

        var analyst = await console.PageAsync(browser, Role.Analyst);
        await console.OpenAsync(analyst, "accounts/acct_0");
        await analyst.GetByRole(AriaRole.Button, new() { Name = "Read", Exact = true }).ClickAsync();
        await analyst.GetByRole(AriaRole.Button, new() { Name = "Read it" }).ClickAsync();
        Assert.Empty(console.Desk.Readings); // the form wants a reason
        await analyst.GetByLabel("Why", new() { Exact = true }).FillAsync("Appeal apl_1.");
        await analyst.GetByRole(AriaRole.Button, new() { Name = "Read it" }).ClickAsync();
        await Expect(analyst.GetByText("canary")).ToBeVisibleAsync();
        Assert.Equal([("Analyst of the test", "ex_1", "Appeal apl_1.")], console.Desk.Readings);
    }

    [Fact]
    public async Task The_audit_log_tells_sign_ins_looks_and_refusals_to_admins_alone()
    {
        await using var console = await TestConsole.StartAsync();
        var analyst = await console.PageAsync(browser, Role.Analyst);
        var refused = await analyst.GotoAsync($"{console.Address}audit");
        Assert.Equal(403, refused!.Status);
        var page = await console.PageAsync(browser, Role.Admin);
        await console.OpenAsync(page, "audit?who=Analyst%20of%20the%20test");
        var rows = page.GetByRole(AriaRole.Region, new() { Name = "Entries, the newest first" });
        await Expect(rows).ToContainTextAsync("sign in");
        await Expect(rows).ToContainTextAsync("refused: /audit");
        await page.GetByRole(AriaRole.Button, new() { Name = "Verify the chain" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status)).ToContainTextAsync("Whole:");
        await console.OpenAsync(analyst, "cases");
        await Expect(rows).ToContainTextAsync("cases"); // pushed
    }

    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task Every_page_fits_speaks_to_a_screen_reader_and_shows_hostile_text_as_text(int width)
    {
        await using var console = await TestConsole.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var account = $"a{Hostile}";
        var id = ScriptedCase.Open(console.Cases, now, [account, "acct_1"], Hostile, Hostile);
        console.Commands.Appeal(account, null, Hostile, Hostile, now);
        console.Commands.Note(id, Hostile, Hostile, now);
        console.Commands.Approve(id, Rung.Suspend, Hostile, Hostile, null, now);
        console.Desk.Accounts[account] = ScriptedDesk.Sheet(account, Hostile);
        console.Desk.Organizations[Hostile] = new OrganizationSheet(
            Hostile, new OrganizationRecord { Organization = Hostile }, [], new DateOnly(2026, 11, 1), new DateOnly(2026, 11, 30), ScriptedDesk.Sheet("x", Hostile).Days, [(account, Rung.Shape, id)], 1);
        console.Desk.InForce = console.Desk.InForce with { Text = Hostile, Faults = [Hostile] };
        console.Desk.StartReplay(Hostile, 7, Hostile);
        console.Desk.Step("rpl_0", job => job with { State = ReplayState.Done, Report = Report(Hostile) });
        console.Audit.Add(new AuditEntry { At = now, Who = Hostile, Face = AuditFace.Api, Action = "x", Subject = $"account {account}", Reason = Hostile, Detail = Hostile });

        var page = await console.PageAsync(browser, Role.Admin, width);
        foreach (var path in (string[])
            ["cases", "cases?show=all", $"cases/{id}", $"accounts/{Uri.EscapeDataString(account)}", $"organizations/{Uri.EscapeDataString(Hostile)}", "policy", "policy/replays/rpl_0", "audit"])
        {
            await console.OpenAsync(page, path);
            if (path is not ("cases" or "cases?show=all"))
            {
                Assert.Contains("<img src=x", await page.Locator("main").InnerTextAsync() + await page.Locator("main").EvaluateAsync<string>("m => [...m.querySelectorAll('textarea,pre')].map(t => t.value ?? t.textContent).join()"));
            }

            Assert.Null(await page.EvaluateAsync<int?>("() => window.__hit ?? null"));
            Assert.Equal((path, 0), (path, await Accessibility.OverflowAsync(page)));
            Assert.Equal((path, ""), (path, string.Join('\n', await Accessibility.FindingsAsync(page))));
        }

        Assert.Empty(console.Troubles);
        Assert.All(console.Requests, request => Assert.Equal(console.Address.Authority, request.Authority));
    }

    static ReplayReport Report(string name = "classroom") => new(
        1, new DateTimeOffset(2026, 11, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero), 7, 1000, 40, new ReplayedPolicy("now", "aaaa", "observe"),
        new ReplayedPolicy("edit", "bbbb", "enforce"), [new ClassChange($"benign:{name}", 30, new Dictionary<string, CountChange> { ["shape"] = new(0, 2) })],
        [new RungChange(Rung.Observe, Rung.Shape, Verdict.Distillation, 0.99, [name], ["acct_1", "acct_2"])], [],
        [new RuleChange(name, "enforce", new CountChange(0, 5), new CountChange(0, 2))], [], [], [name]);
}
