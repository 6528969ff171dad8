using System.Net;
using System.Text.RegularExpressions;
using Stillwatch.Console.SignIn;
using Stillwatch.Console.Tests.Support;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.Tests;

/// <summary>Sessions, roles and headers over plain HTTP, without a browser.</summary>
public sealed partial class SessionTests
{
    [Fact]
    public async Task The_identity_provider_says_who_it_is_and_with_which_role()
    {
        await using var provider = await ScriptedProvider.StartAsync();
        await using var console = await TestConsole.StartAsync(settings: With(provider));
        provider.Groups = ["staff", "tns", "tns-leads"];
        using var http = Client(console);
        using var landed = await SignInAtAsync(http);
        Assert.Equal(("/", HttpStatusCode.OK), (landed.RequestMessage!.RequestUri!.AbsolutePath, landed.StatusCode));
        Assert.Equal((Role.Approver, PersonSource.OpenId), (console.People.Find("ada")!.Role, console.People.Find("ada")!.Source));

        // Another subject must not become ada, whatever it calls itself; a role that was taken away there is gone at the next sign-in.
        (provider.Subject, provider.Groups) = ("sub-2", ["tns-leads"]);
        using var other = Client(console);
        using var refused = await SignInAtAsync(other);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        (provider.Subject, provider.Groups) = ("sub-1", ["tns"]);
        using var again = await SignInAtAsync(http);
        Assert.Equal(Role.Viewer, console.People.Find("ada")!.Role);
    }

    [Fact]
    public async Task Whoever_the_provider_gives_no_role_stays_outside()
    {
        await using var provider = await ScriptedProvider.StartAsync();
        await using var console = await TestConsole.StartAsync(settings: With(provider));
        provider.Groups = ["staff"];
        using var http = Client(console);
        using var refused = await SignInAtAsync(http);
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Contains("gives you no role here", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(console.People.All());
        Assert.StartsWith("/signin", (await http.GetAsync("/")).RequestMessage!.RequestUri!.AbsolutePath);
    }

    [Fact]
    public async Task A_disabled_person_and_an_ended_session_see_nothing()
    {
        await using var console = await TestConsole.StartAsync();
        console.People.Set("boss", Role.Admin);
        var secret = console.People.Begin(console.People.Set("ada", Role.Viewer).Name, TimeSpan.FromHours(1));
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = console.Address };
        http.DefaultRequestHeaders.Add("Cookie", $"stillwatch-{console.Address.Port}={secret}");
        http.DefaultRequestHeaders.Add("Accept", "text/html");
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync("/")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await http.GetAsync("/people")).StatusCode);
        console.People.Disable("ada");
        Assert.Equal(HttpStatusCode.Redirect, (await http.GetAsync("/")).StatusCode);
        Assert.False(console.People.Disable("boss"), "the only admin");
    }

    [Fact]
    public async Task A_post_or_a_socket_of_another_origin_and_a_form_without_its_token_are_refused()
    {
        await using var console = await TestConsole.StartAsync();
        var link = new Invitations(console.People).First(console.Address)!;
        using var http = Client(console);
        foreach (var path in (string[])[link.AbsolutePath, "/signout", "/_blazor/negotiate"])
        {
            using var foreign = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { { "Origin", "https://elsewhere.example" } }, Content = new FormUrlEncodedContent([]) };
            Assert.Equal(HttpStatusCode.Forbidden, (await http.SendAsync(foreign)).StatusCode);
        }

        using var bare = await http.PostAsync(link, new FormUrlEncodedContent([KeyValuePair.Create("name", "ada")]));
        Assert.Equal(HttpStatusCode.Forbidden, bare.StatusCode);
        Assert.Empty(console.People.All());
        Assert.True(console.People.TryLook(link.Segments[^1], out _), "the link is still good");
    }

    [Fact]
    public async Task Guessing_links_is_stopped()
    {
        await using var console = await TestConsole.StartAsync();
        using var http = Client(console);
        var answers = new List<HttpStatusCode>();
        for (var i = 0; i <= SignInRoutes.TriesPerMinute; i++)
        {
            answers.Add((await http.GetAsync($"/signin/{i}")).StatusCode);
        }

        Assert.Equal((HttpStatusCode.Gone, HttpStatusCode.TooManyRequests), (answers[0], answers[^1]));
    }

    [Fact]
    public async Task Every_page_says_what_a_browser_may_do()
    {
        await using var console = await TestConsole.StartAsync();
        using var http = Client(console);
        using var page = await http.GetAsync("/signin");
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Single(Unsafe().Matches(policy)); // style attributes
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", page.Headers.GetValues("Referrer-Policy").Single());
    }

    [Theory]
    [InlineData("/cases/1", "/cases/1")]
    [InlineData("//elsewhere.example", "/")]
    [InlineData("/\\elsewhere.example", "/")]
    [InlineData("https://elsewhere.example", "/")]
    [InlineData(null, "/")]
    public void Nobody_is_sent_elsewhere_after_signing_in(string? to, string goes) => Assert.Equal(goes, SignInRoutes.LocalPath(to));

    static ConsoleSettings With(ScriptedProvider provider) => new()
    {
        OpenId = new OpenIdSettings(
            provider.Address, "stillwatch", "secret", "preferred_username", "groups",
            new Dictionary<string, Role> { ["tns"] = Role.Viewer, ["tns-leads"] = Role.Approver }),
    };

    static HttpClient Client(TestConsole console)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = console.Address };
        http.DefaultRequestHeaders.Add("Accept", "text/html");
        return http;
    }

    static async Task<HttpResponseMessage> SignInAtAsync(HttpClient http)
    {
        var form = await http.GetStringAsync("/signin");
        var token = Token().Match(form);
        return await http.PostAsync("/signin/provider", new FormUrlEncodedContent([KeyValuePair.Create(token.Groups[1].Value, token.Groups[2].Value), KeyValuePair.Create("to", "/")]));
    }

    [GeneratedRegex("""name="(__[^"]+)" value="([^"]+)"/>""")]
    private static partial Regex Token();

    [GeneratedRegex("unsafe-inline")]
    private static partial Regex Unsafe();
}
