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
}
