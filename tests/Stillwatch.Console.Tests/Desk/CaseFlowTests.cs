using Microsoft.Playwright;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;
using static Microsoft.Playwright.Assertions;

namespace Stillwatch.Console.Tests.Desk;

/// <summary>Cases decided in a browser: two people, an appeal, and who may not.</summary>
[Collection(BrowserTests.Name)]
public sealed class CaseFlowTests(BrowserFixture browser)
{
    [Fact]
    public async Task A_suspension_takes_two_people_and_the_second_one_is_an_approver()
    {
        await using var console = await TestConsole.StartAsync();
        var id = ScriptedCase.Open(console.Cases, TimeProvider.System.GetUtcNow());
        var analyst = await console.PageAsync(browser, Role.Analyst);
        await console.OpenAsync(analyst, "cases");
        await analyst.GetByRole(AriaRole.Link, new() { Name = id }).ClickAsync();
        await DecideAsync(analyst, "ask to suspend", "One payment, one template.");
        await Expect(analyst.GetByText("Nothing has changed yet: another person must approve it.")).ToBeVisibleAsync();
        Assert.Equal(Rung.Shape, console.Cases.Picture.Cases[id].Strictest);

        await Expect(analyst.GetByLabel("approve: suspend")).ToHaveCountAsync(0); // whoever asked does not approve

        var approver = await console.PageAsync(browser, Role.Approver);
        await console.OpenAsync(approver, $"cases/{id}");
        await Expect(approver.GetByText("asked to suspend 5 accounts")).ToBeVisibleAsync();
        await DecideAsync(approver, "approve: suspend", "Agreed.");
        await Expect(approver.GetByText("Done.")).ToBeVisibleAsync();
        Assert.All(console.Cases.Picture.Cases[id].Held.Values, held => Assert.Equal(Rung.Suspend, held.Rung));

        // The analyst's open page follows by itself.
        await Expect(analyst.GetByRole(AriaRole.Region, new() { Name = "Responses held" })).ToContainTextAsync("Analyst of the test and Approver of the test");
        await Expect(analyst.GetByLabel("ask to suspend")).ToHaveCountAsync(0);
        Assert.Empty(CaseQueue.Of(console.Cases.Picture, TimeProvider.System.GetUtcNow()));
        var entries = console.Audit.Page(new AuditQuery(Subject: $"case {id}", Action: "case_suspend"));
        Assert.Equal(
            [("Approver of the test", AuditOutcome.Done), ("Analyst of the test", AuditOutcome.Done)],
            entries.Select(row => (row.Entry.Who, row.Entry.Outcome)));
        Assert.Contains(console.Audit.Page(new AuditQuery(Action: "saw", Who: "Approver of the test")), row => row.Entry.Subject == $"case {id}");
        Assert.Empty(console.Troubles);
    }

    [Fact]
    public async Task An_appeal_is_read_answered_in_turn_and_overturned_with_repair()
    {
        await using var console = await TestConsole.StartAsync();
        var id = ScriptedCase.Open(console.Cases, TimeProvider.System.GetUtcNow());
        var appeal = console.Commands.Appeal("acct_0", null, "We are a school.", "head@example.org", TimeProvider.System.GetUtcNow()).Appeal!.Id;
        var page = await console.PageAsync(browser, Role.Analyst);
        await console.OpenAsync(page, $"cases/{id}");
        var thread = page.GetByRole(AriaRole.Region, new() { Name = "Appeal of acct_0" });
        await Expect(thread).ToContainTextAsync("We are a school.");
        await thread.GetByLabel("What the account is told").FillAsync("Which one?");
        await thread.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(thread.GetByText("Which one?")).ToBeVisibleAsync();
        console.Commands.WriteAs("acct_0", appeal, "The one in the record.", TimeProvider.System.GetUtcNow());
        await Expect(thread.GetByText("The one in the record.")).ToBeVisibleAsync();

        await thread.GetByLabel("What the account is told").FillAsync("You are right, and it is put right.");
        await thread.GetByLabel("answer: it was wrong; end it and give back").CheckAsync();
        await thread.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await Expect(thread).ToContainTextAsync("overturned");
        Assert.False(console.Cases.Picture.Cases[id].Held.ContainsKey("acct_0"));
        Assert.True(console.Cases.Picture.Cases[id].Held.ContainsKey("acct_1"));
        Assert.Equal(["acct_0"], console.Repaired);
        await Expect(page.GetByRole(AriaRole.Region, new() { Name = "History" })).ToContainTextAsync("acct_0 repaired");
    }

    [Fact]
    public async Task Notes_are_for_the_others_and_a_role_that_was_taken_away_ends_at_once()
    {
        await using var console = await TestConsole.StartAsync();
        var id = ScriptedCase.Open(console.Cases, TimeProvider.System.GetUtcNow());
        var page = await console.PageAsync(browser, Role.Analyst);
        await console.OpenAsync(page, $"cases/{id}");
        await page.GetByLabel("A note for the others").FillAsync("Looks like a class.");
        await page.GetByRole(AriaRole.Button, new() { Name = "Add the note" }).ClickAsync();
        await Expect(page.GetByText("Looks like a class.")).ToBeVisibleAsync();

        console.People.Set("Analyst of the test", Role.Viewer);
        await DecideAsync(page, "dismiss:", "mine");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("takes the role analyst");
        Assert.Equal(CaseState.Open, console.Cases.Picture.Cases[id].State);
        Assert.Equal(AuditOutcome.Refused, console.Audit.Page(new AuditQuery(Action: "case_dismiss"))[0].Entry.Outcome);
    }

    [Fact]
    public async Task Nothing_is_chosen_beforehand_and_a_stranger_to_the_case_is_named()
    {
        await using var console = await TestConsole.StartAsync();
        var id = ScriptedCase.Open(console.Cases, TimeProvider.System.GetUtcNow());
        var page = await console.PageAsync(browser, Role.Approver);
        await console.OpenAsync(page, $"cases/{id}");
        await Expect(page.GetByRole(AriaRole.Radio, new() { Checked = true })).ToHaveCountAsync(0);
        await page.GetByLabel("Only these accounts").FillAsync("acct_0\nacct_of_another_case");
        await DecideAsync(page, "overturn:", "It was a class.");
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("acct_of_another_case is not in this case");
        Assert.Equal(CaseState.Open, console.Cases.Picture.Cases[id].State);
        Assert.Equal(5, console.Cases.Picture.Cases[id].Accounts.Count);
    }

    [Fact]
    public async Task A_viewer_sees_the_case_and_nothing_to_decide()
    {
        await using var console = await TestConsole.StartAsync();
        var id = ScriptedCase.Open(console.Cases, TimeProvider.System.GetUtcNow());
        console.Commands.Appeal("acct_0", null, "Not me.", null, TimeProvider.System.GetUtcNow());
        var page = await console.PageAsync(browser, Role.Viewer);
        await console.OpenAsync(page, $"cases/{id}");
        await Expect(page.GetByText("Not me.")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Decide" })).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Send" })).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Add the note" })).ToHaveCountAsync(0);
    }

    static async Task DecideAsync(IPage page, string choice, string reason)
    {
        await page.GetByLabel(choice).CheckAsync();
        await page.GetByLabel("Reason, which stays in the log").FillAsync(reason);
        await page.GetByLabel("I have read the reasons").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Decide" }).ClickAsync();
    }
}
