using Microsoft.Playwright;
using Stillwatch.Console.SignIn;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Storage.People;
using static Microsoft.Playwright.Assertions;

namespace Stillwatch.Console.Tests;

[Collection(BrowserTests.Name)]
public sealed class SignInTests(BrowserFixture browser)
{
    [Fact]
    public async Task The_first_link_makes_an_admin_and_holds_once()
    {
        await using var console = await TestConsole.StartAsync();
        var link = new Invitations(console.People).First(console.Address)!.ToString();
        var page = await console.AnonymousAsync(browser);
        await page.GotoAsync(link);
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Overview" })).ToBeVisibleAsync();
        Assert.Equal(Role.Admin, console.People.Find("ada")!.Role);
        Assert.Null(new Invitations(console.People).First(console.Address));

        await page.GotoAsync(link);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "This link does not hold any more" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_pasted_address_is_where_one_comes_to_with_a_link()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.AnonymousAsync(browser);
        await page.GotoAsync($"{console.Address}campaigns?rung=shape");
        Assert.StartsWith("/signin", new Uri(page.Url).AbsolutePath);
        await page.GotoAsync(new Invitations(console.People).First(console.Address)!.ToString());
        await page.GetByLabel("Your name").FillAsync("Ada");
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Campaigns" })).ToBeVisibleAsync();
        Assert.Equal("/campaigns?rung=shape", new Uri(page.Url).PathAndQuery);
    }

    [Theory]
    [InlineData("campaigns?page=abc")]
    [InlineData("campaigns/C-1?page=x&zoom=y")]
    [InlineData("accounts/acct_1?days=x")]
    public async Task An_address_with_a_damaged_query_still_opens(string path)
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.PageAsync(browser, Role.Viewer);
        await console.OpenAsync(page, path);
        await Expect(page.GetByText("Something went wrong")).ToHaveCountAsync(0);
        Assert.Empty(console.Troubles);
    }

    [Fact]
    public async Task A_page_of_a_higher_role_is_refused()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.PageAsync(browser, Role.Viewer);
        var answer = await page.GotoAsync($"{console.Address}people");
        Assert.Equal(403, answer!.Status);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Not with your role" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "People" })).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Nobody_sees_anything_without_a_session()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.AnonymousAsync(browser);
        await page.GotoAsync(console.Address.ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" })).ToBeVisibleAsync();
        Assert.StartsWith("/signin", new Uri(page.Url).AbsolutePath);
    }

    [Fact]
    public async Task A_browser_that_asks_for_a_page_nobody_has_gets_a_page()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.AnonymousAsync(browser);
        var answer = await page.GotoAsync($"{console.Address}nowhere");
        Assert.Equal(404, answer!.Status);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "There is no such page" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_goes_from_link_to_link_with_the_keyboard_sees_where_they_are()
    {
        await using var console = await TestConsole.StartAsync();
        var page = await console.PageAsync(browser, Role.Viewer);
        await console.OpenAsync(page, "campaigns");
        for (var press = 0; press < 12; press++)
        {
            await page.Keyboard.PressAsync("Tab");
            var outline = await page.EvaluateAsync<string>("() => { const s = getComputedStyle(document.activeElement); return document.activeElement.tagName + ' ' + s.outlineStyle + ' ' + s.outlineWidth; }");
            Assert.True(outline.StartsWith("BODY") || !outline.Contains(" none "), outline); // after the last one comes the page itself
        }
    }
}
