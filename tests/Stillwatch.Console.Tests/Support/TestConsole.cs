using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;
using Stillwatch.Console.SignIn;
using Stillwatch.Engine.Responses;
using Stillwatch.Storage.Audits;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.Tests.Support;

/// <summary>The console on loopback over a scripted source and stores of its own. Pages are those of signed-in people.</summary>
sealed class TestConsole : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("stillwatch-console-").FullName;
    readonly List<IBrowserContext> _contexts = [];
    WebApplication? _server;

    TestConsole(ScriptedSource source, TimeProvider time, ConsoleSettings settings)
    {
        People = PersonStore.Open(Path.Combine(_folder, "people.db"), time);
        Cases = CaseStore.Open(Path.Combine(_folder, "cases.db"));
        Source = source;
        Audit = AuditLog.Open(Path.Combine(_folder, "audit.db"), new byte[32]);
        Commands = new CaseCommands(
            Cases, () => new CaseRules(new Policy(), "aaaa", FourEyes: true, Enforces: true), new CaseRepair((account, _, _) => Repaired.Add(account), (_, _, _) => 0));
        Parts = new ConsoleParts
        {
            Source = source, Cases = Cases, Commands = Commands, Audit = Audit, Desk = Desk, People = People, Time = TimeProvider.System, EventTime = TimeProvider.System,
            Settings = settings,
        };
    }

    public ScriptedSource Source { get; }

    public PersonStore People { get; }

    public CaseStore Cases { get; }

    public CaseCommands Commands { get; }

    public AuditLog Audit { get; }

    public ScriptedDesk Desk { get; } = new();

    /// <summary>Accounts that were given back what a restriction cost.</summary>
    public List<string> Repaired { get; } = [];

    public ConsoleParts Parts { get; }

    public Uri Address { get; private set; } = null!;

    /// <summary>The session store's clock is the test's when it gives one.</summary>
    public static async Task<TestConsole> StartAsync(ScriptedSource? source = null, TimeProvider? time = null, ConsoleSettings? settings = null)
    {
        var console = new TestConsole(source ?? new ScriptedSource(), time ?? TimeProvider.System, settings ?? new ConsoleSettings());
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddLogging(logs => logs.SetMinimumLevel(LogLevel.Warning).AddSimpleConsole());
        builder.Services.AddRoutingCore();
        ConsoleServer.AddServices(builder.Services, console.Parts);
        var server = console._server = builder.Build();
        ConsoleServer.Map(server);
        await server.StartAsync();
        console.Address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return console;
    }

    /// <summary>A link that signs in somebody of that role, made for the occasion.</summary>
    public Uri LinkFor(Role role, string? name = null) => new Invitations(People).For(People.Set(name ?? $"{role} of the test", role), Address);

    /// <summary>A page of a fresh browser profile, signed in with that role.</summary>
    public async Task<IPage> PageAsync(BrowserFixture browser, Role role, int width = 1280, ColorScheme colours = ColorScheme.Light, string? name = null)
    {
        var page = await AnonymousAsync(browser, width, colours);
        await page.GotoAsync(LinkFor(role, name).ToString());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(Address.ToString());
        return page;
    }

    /// <summary>Opens a page of the console and waits until it hears what is typed and pressed.</summary>
    public async Task OpenAsync(IPage page, string path)
    {
        await page.GotoAsync($"{Address}{path}");
        await page.Locator("main[data-live]").WaitForAsync();
    }

    public async Task<IPage> AnonymousAsync(BrowserFixture browser, int width = 1280, ColorScheme colours = ColorScheme.Light)
    {
        if (browser.Missing is { } missing)
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", missing);
            Assert.Fail(missing);
        }

        var context = await browser.Browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = width < 600 ? 844 : 860 }, ColorScheme = colours });
        _contexts.Add(context);
        context.SetDefaultTimeout(15_000);
        var page = await context.NewPageAsync();
        page.Console += (_, message) => Troubles.AddRange(message.Type == "error" ? [message.Text] : []);
        page.PageError += (_, fault) => Troubles.Add(fault);
        page.Request += (_, request) => Requests.Add(new Uri(request.Url));
        return page;
    }

    /// <summary>What browsers complained of: refused by the content security policy, failed scripts.</summary>
    public List<string> Troubles { get; } = [];

    public List<Uri> Requests { get; } = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var context in _contexts)
        {
            await context.DisposeAsync();
        }

        if (_server is not null)
        {
            await _server.StopAsync(new CancellationToken(canceled: true));
            await _server.DisposeAsync();
        }

        Audit.Dispose();
        Cases.Dispose();
        People.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
