using Microsoft.Playwright;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage.People;
using Stillwatch.Storage.Replays;

namespace Stillwatch.Console.Tests.Desk;

/// <summary>Pictures of the desk's pages for the documents.</summary>
[Collection(BrowserTests.Name)]
public sealed class DeskScreenshots(BrowserFixture browser)
{
    [Fact]
    public async Task Screenshots()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("STILLWATCH_SCREENSHOTS") == "1", "set STILLWATCH_SCREENSHOTS=1 to make docs/images anew");
        await using var console = await TestConsole.StartAsync();
        var now = TimeProvider.System.GetUtcNow();
        var members = Enumerable.Range(0, 412).Select(i => $"acct_{7000 + (i * 13)}").ToList();
        var id = ScriptedCase.Open(console.Cases, now.AddDays(-3), members, "412 accounts send one template with 9,000 different tasks, and pay with eleven cards.", "frontier-2");
        ScriptedCase.Open(console.Cases, now.AddDays(-1), [.. members.Select(account => $"{account}b").Take(38)], "38 accounts were opened within two hours and share one device.", "frontier-2");
        console.Commands.Note(id, "Ada", "Volumes are even to within 3 %; a class would not be. Asked billing about the cards.", now.AddHours(-20));
        console.Commands.Approve(id, Rung.Suspend, "Ada", "Three families agree, and no look-alike comes close.", null, now.AddHours(-5));
        var appeal = console.Commands.Appeal(members[0], null, "We teach a course with 30 students, and each of them has a key of their own.", "it@school.example", now.AddHours(-9)).Appeal!;
        console.Commands.Write(appeal.Id, "Ada", "Which of your accounts are the students'? A list from your own records is enough.", now.AddHours(-8));
        console.Commands.WriteAs(members[0], appeal.Id, "The twelve that end in 7. The others are not ours.", now.AddHours(-2));
        console.Desk.Accounts[members[0]] = ScriptedDesk.Sheet(members[0]) with
        {
            Cases = [id],
            Days = [.. Enumerable.Range(1, 30).Select(day => new DayUsage(new DateOnly(2026, 11, day), day < 19 ? "frontier-1" : "frontier-2", day < 6 ? 4 : 26 + (day * 7 % 5), 9000, 2000, 0, 21_000, day % 9 == 0 ? 1 : 0))],
        };
        console.Desk.StartReplay("mode: enforce\n", 30, "Ada");
        console.Desk.Step("rpl_0", job => job with { State = ReplayState.Done, Report = Replayed(members) });
        foreach (var (name, path, width, height, colours) in ((string, string, int, int, ColorScheme)[])
            [
                ("cases", "cases", 1280, 560, ColorScheme.Light), ("case", $"cases/{id}", 1280, 1500, ColorScheme.Light), ("case-narrow", $"cases/{id}", 390, 844, ColorScheme.Dark),
                ("account", $"accounts/{members[0]}", 1280, 1100, ColorScheme.Light), ("replay", "policy/replays/rpl_0", 1280, 1000, ColorScheme.Dark), ("audit", "audit", 1280, 700, ColorScheme.Light),
            ])
        {
            var page = await console.PageAsync(browser, Role.Admin, width, colours, name: "Ben");
            await page.SetViewportSizeAsync(width, height);
            await console.OpenAsync(page, path);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Root, "docs", "images", $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
        }
    }

    static ReplayReport Replayed(IReadOnlyList<string> members) => new(
        1, new DateTimeOffset(2026, 10, 30, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 29, 0, 0, 0, TimeSpan.Zero), 30, 604_112, 21_904, new ReplayedPolicy("the policy in force", "aaaa", "observe"),
        new ReplayedPolicy("the edited policy", "bbbb", "enforce"),
        [
            new ClassChange("level none", 9_120, new Dictionary<string, CountChange> { ["verify"] = new(40, 12), ["shape"] = new(0, 398) }),
            new ClassChange("programme education", 1_204, new Dictionary<string, CountChange> { ["verify"] = new(0, 2) }), new ClassChange("in an organization", 8_800, new Dictionary<string, CountChange>()),
        ],
        [
            new RungChange(Rung.Observe, Rung.Shape, Verdict.Distillation, 0.998, ["One template with 9,000 different tasks.", "Eleven cards among 412 accounts."], [.. members.Take(398)]),
            new RungChange(Rung.Observe, Rung.Verify, Verdict.Distillation, 0.93, ["38 accounts were opened within two hours."], [.. members.Take(2)]),
        ],
        [new RungChange(Rung.Verify, Rung.Observe, Verdict.Resale, 0.91, ["A relay of ordinary users, at less than the new threshold."], [.. members.Take(28)])],
        [new RuleChange("per-account.requests", "shadow", new CountChange(120, 3_410), new CountChange(9, 61))], [], [], ["Withhold and suspend follow from a person's decision in a case, so a replay never reaches them."]);
}
