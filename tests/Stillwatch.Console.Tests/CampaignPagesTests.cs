using Microsoft.Playwright;
using Stillwatch.Console.Live;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.People;
using Stillwatch.Tests.Reports;
using static Microsoft.Playwright.Assertions;

namespace Stillwatch.Console.Tests;

/// <summary>Overview, campaigns and a campaign in a browser.</summary>
[Collection(BrowserTests.Name)]
public sealed class CampaignPagesTests(BrowserFixture browser)
{
    const string Hostile = "<img src=x onerror=\"window.__hit=1\"><script>window.__hit=2</script>\"'>";

    static readonly string[] Paths = ["", "campaigns", "campaigns/C-1", "campaigns/C-1?zoom=3", "people"];

    [Fact]
    public async Task A_campaign_appears_on_an_open_page_climbs_and_is_opened_and_explained()
    {
        var source = new ScriptedSource { Report = Some.Empty() };
        await using var console = await TestConsole.StartAsync(source);
        var page = await console.PageAsync(browser, Role.Viewer);
        await Expect(page.GetByText("No ring of accounts is suspected.")).ToBeVisibleAsync();
        var loads = 0;
        page.Load += (_, _) => loads++;

        var campaign = SomeCampaign.Make("C-1", Verdict.Distillation, Rung.Verify, 212, SomeEvidence.Strong, pivot: true);
        source.Report = Some.Of(campaign);
        source.Tell(new News(Some.Start, "appeared", "C-1", Verdict.Distillation, Rung.Verify, "C-1 is suspected of distillation: 212 accounts."));
        var card = page.Locator(".cards .card");
        await Expect(card).ToContainTextAsync("verify");
        await Expect(page.GetByText("is suspected of distillation: 212 accounts.")).ToBeVisibleAsync();

        source.Report = Some.Of(campaign with { Response = Rung.Shape });
        source.Said = Health.Unknown with { Enforces = true, Restricted = new Dictionary<Rung, int> { [Rung.Shape] = 212 } };
        await Expect(card).ToContainTextAsync("shape");
        await Expect(page.Locator(".tiles")).ToContainTextAsync("212 of 212");
        Assert.Equal(0, loads); // pushed, not loaded anew

        await card.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Distillation, 212 accounts" })).ToBeVisibleAsync();
        await Expect(page.Locator(".balance tfoot")).ToContainTextAsync("a confidence of");
        await Expect(page.GetByRole(AriaRole.Heading, new() { NameRegex = new("Why this is not") })).ToBeVisibleAsync();
        await Expect(page.Locator("#time .chart.wide")).ToBeVisibleAsync();
        Assert.Contains(console.Audit.Page(new()), found => found.Entry.Subject == "campaign C-1");
        Assert.Empty(console.Troubles);
    }

    [Fact]
    public async Task The_weights_on_the_page_add_up_to_the_confidence()
    {
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = Some.Report() });
        var page = await console.PageAsync(browser, Role.Viewer);
        await page.GotoAsync($"{console.Address}campaigns/C-2");
        var weights = await page.Locator(".balance tbody td:last-child").AllInnerTextsAsync();
        var total = await page.Locator(".balance tfoot td:last-child").InnerTextAsync();
        Assert.Equal(Nats(total), weights.Sum(Nats), 0.005 * (weights.Count + 1));
        static double Nats(string text) => double.Parse(text.Trim().Replace('−', '-'), System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_trait_of_the_ring_leads_to_the_members_that_show_it_and_the_address_says_so()
    {
        var report = Some.Report();
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = report });
        var page = await console.PageAsync(browser, Role.Viewer);
        await page.GotoAsync($"{console.Address}campaigns/C-3");
        var trait = report.Campaigns[2].Ring.Nodes.First(node => node.Kind != "account");
        await page.Locator($".ring svg a[href$='trait={Uri.EscapeDataString(trait.Id)}#members']").PressAsync("Enter"); // a pointer may hit the bar beside it while the page settles
        await Expect(page.Locator("#members h2")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($"that show {System.Text.RegularExpressions.Regex.Escape(trait.Id)}$"));
        Assert.Contains($"trait={Uri.EscapeDataString(trait.Id)}", page.Url);
        var showing = report.Campaigns[2].Ring.Edges.Where(edge => edge.Trait == trait.Id).Select(edge => edge.Account).Distinct().Count();
        await Expect(page.Locator("#members tbody tr")).ToHaveCountAsync(Math.Min(100, showing));
        await page.ReloadAsync();
        await Expect(page.Locator("#members h2")).ToContainTextAsync($"that show {trait.Id}");
    }

    [Fact]
    public async Task A_link_followed_before_the_page_is_connected_leads_where_it_says()
    {
        var report = Some.Report();
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = report });
        var page = await console.PageAsync(browser, Role.Viewer);
        var held = new HeldConnection();
        await page.RouteWebSocketAsync(address => address.Contains("_blazor", StringComparison.Ordinal), held.Route);
        await page.GotoAsync($"{console.Address}campaigns/C-3");
        await held.Begun; // the server knows the address, and what it draws is under way
        var trait = report.Campaigns[2].Ring.Nodes.First(node => node.Kind != "account").Id;
        await page.Locator($".ring svg a[href$='trait={Uri.EscapeDataString(trait)}#members']").PressAsync("Enter");
        await Expect(page.Locator("#members h2")).ToContainTextAsync($"that show {trait}");
        held.LetGo();
        await page.Locator("main[data-live]").WaitForAsync();
        await Expect(page.Locator("#members h2")).ToContainTextAsync($"that show {trait}");
    }

    [Fact]
    public async Task The_list_is_what_its_address_says()
    {
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = Some.Report() });
        var page = await console.PageAsync(browser, Role.Viewer);
        await page.GotoAsync($"{console.Address}campaigns?verdict=distillation&sort=accounts");
        await Expect(page.Locator("table.campaigns tbody tr")).ToHaveCountAsync(4);
        await Expect(page.Locator("table.campaigns tbody tr").First).ToContainTextAsync("C-1");
        await page.GetByRole(AriaRole.Link, new() { Name = "suspend" }).ClickAsync();
        await Expect(page.Locator("table.campaigns tbody tr")).ToHaveCountAsync(1);
        Assert.EndsWith("/campaigns?verdict=distillation&rung=suspend&sort=accounts", page.Url);
        await page.GotoAsync($"{console.Address}campaigns?verdict=nonsense&rung=7&page=-3");
        await Expect(page.Locator("table.campaigns tbody tr")).ToHaveCountAsync(7);
    }

    [Fact]
    public async Task What_a_client_wrote_is_text_and_never_markup()
    {
        var hostile = SomeCampaign.Make("C-1", Verdict.Distillation, Rung.Shape, 60, [.. SomeEvidence.Strong.Select(item => item with { Says = Hostile, Trait = Hostile })]);
        hostile = hostile with
        {
            Id = Hostile, Reasons = [Hostile], Models = new Dictionary<string, long> { [Hostile] = 9 }, Pivots = [new Pivot(hostile.Onset, Hostile, Hostile, .5)],
            Capabilities = [new CapabilityShare(Hostile, .5)], Accounts = [.. hostile.Accounts.Skip(1), Hostile], Lookalikes = [new LookAlike(Hostile, -1, Hostile)],
            Counterfactuals = [new Counterfactual(Hostile, 1, Rung.Observe)], Classes = [new TemplateClass(Hostile, Verdict.Distillation, .9, 9, 9, Rung.Shape)],
            Ring = new RingPicture(
                [new RingNode(Hostile, "account", null, 1), new RingNode("b", "account", null, 1), new RingNode(Hostile + "t", Hostile, Hostile, 2)],
                [new RingEdge(Hostile, Hostile + "t", 1), new RingEdge("b", Hostile + "t", 1)]),
        };
        var source = new ScriptedSource { Report = Some.Of(hostile) with { Input = new InputSummary { Exchanges = 1, AbsentFamilies = [Hostile] } } };
        source.Counted = Traffic.None with { Refused = new Dictionary<string, long> { [Hostile] = 1 }, Dropped = new Dictionary<string, long> { [Hostile] = 1 } };
        source.Said = Health.Unknown with { Faults = [Hostile] };
        await using var console = await TestConsole.StartAsync(source);
        var page = await console.PageAsync(browser, Role.Viewer);
        source.Tell(new News(Some.Start, "appeared", Hostile, Verdict.Distillation, Rung.Shape, Hostile));
        foreach (var path in (string[])["", "campaigns", $"campaigns/{Uri.EscapeDataString(Hostile)}", $"campaigns/{Uri.EscapeDataString(Hostile)}?trait={Uri.EscapeDataString(Hostile + "t")}"])
        {
            await page.GotoAsync($"{console.Address}{path}");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
            await page.WaitForTimeoutAsync(400);
            Assert.Equal(0, await page.EvaluateAsync<int>("() => (window.__hit ?? 0) + document.querySelectorAll('main img, main script').length"));
        }

        await page.GetByRole(AriaRole.Searchbox).FillAsync(Hostile);
        await page.GetByRole(AriaRole.Searchbox).PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Distillation, 60 accounts" })).ToBeVisibleAsync();
        Assert.Empty(console.Troubles);
    }

    [Theory]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Pages_are_fit_for_a_screen_reader_and_for_their_window(int width, ColorScheme colours)
    {
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = Some.Report() });
        var page = await console.PageAsync(browser, Role.Admin, width, colours);
        foreach (var path in Paths)
        {
            await page.GotoAsync($"{console.Address}{path}");
            await page.WaitForTimeoutAsync(400);
            Assert.Empty((await Accessibility.FindingsAsync(page)).Select(finding => $"/{path} {finding}"));
            Assert.True(await Accessibility.OverflowAsync(page) <= 0, $"/{path} is wider than {width} px");
        }

        Assert.Empty(console.Troubles);
        Assert.All(console.Requests, request => Assert.Equal(console.Address.Authority, request.Authority));
    }

    [Fact]
    public async Task The_keyboard_reaches_the_content_and_the_settings_and_times_have_the_readers_zone()
    {
        await using var console = await TestConsole.StartAsync(new ScriptedSource { Report = Some.Report() });
        var page = await console.PageAsync(browser, Role.Viewer);
        await page.GotoAsync($"{console.Address}campaigns/C-1");
        await page.Keyboard.PressAsync("Tab");
        Assert.Equal("Skip to content", await page.EvaluateAsync<string>("() => document.activeElement.textContent"));
        await Expect(page.Locator("main time").First).ToContainTextAsync("UTC");
        for (var tries = 0; tries < 20 && !await page.Locator("[data-setting=sw-zone]").IsVisibleAsync(); tries++)
        {
            await page.Locator(".who summary").FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            await page.WaitForTimeoutAsync(500); // the page may become interactive meanwhile, which draws it anew
        }

        await page.Locator("[data-setting=sw-zone]").SelectOptionAsync("Asia/Kolkata");
        await Expect(page.Locator("main time").First).ToContainTextAsync("UTC+5:30");
    }

    [Fact]
    public async Task Screenshots()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("STILLWATCH_SCREENSHOTS") == "1", "set STILLWATCH_SCREENSHOTS=1 to make docs/images anew");
        var source = new ScriptedSource { Report = Some.Report() };
        source.Counted = Traffic.None with { Received = 604_112, Kept = 604_112, Refused = new Dictionary<string, long> { ["rate_limited"] = 18_240, ["account_suspended"] = 911 } };
        source.Said = new Health(65_536, 1, [], true, new Dictionary<Rung, int> { [Rung.Shape] = 2_034, [Rung.Verify] = 212, [Rung.Suspend] = 64 });
        await using var console = await TestConsole.StartAsync(source);
        foreach (var (name, path, width, colours) in ((string, string, int, ColorScheme)[])
            [
                ("overview", "", 1280, ColorScheme.Light), ("campaign", "campaigns/C-1", 1280, ColorScheme.Light), ("campaigns", "campaigns", 1280, ColorScheme.Dark),
                ("campaign-narrow", "campaigns/C-1", 390, ColorScheme.Dark),
            ])
        {
            var page = await console.PageAsync(browser, Role.Analyst, width, colours, name: "Ada");
            await page.SetViewportSizeAsync(width, name == "campaign" ? 1_260 : width < 600 ? 844 : 860);
            for (var second = 0; second < 12 && path.Length == 0; second++)
            {
                source.Counted = source.Counted with { Received = source.Counted.Received + 420 + (second * 37 % 110) };
                await page.WaitForTimeoutAsync(1_000);
            }

            await page.GotoAsync($"{console.Address}{path}");
            await page.WaitForTimeoutAsync(1_500);
            await page.ScreenshotAsync(new() { Path = Path.Combine(Checkout.Root, "docs", "images", $"{name}.png"), Animations = ScreenshotAnimations.Disabled });
        }
    }
}
