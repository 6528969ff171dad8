using Microsoft.Playwright;

namespace Stillwatch.Console.Tests.Support;

/// <summary>One headless Chromium for all tests of the collection; a fresh profile for each page. Speaks to loopback only.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    /// <summary>No call home, no other transport than TCP, and no sandbox where the tests run as root.</summary>
    static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    IPlaywright? _playwright;
    string? _driver;

    /// <summary>Null when this machine has none; <see cref="Missing"/> says what to do.</summary>
    public IBrowser? Browser { get; private set; }

    public string? Missing { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var (chromium, node) = (Find("chromium", "chromium-browser", "google-chrome"), Find("node"));
        var package = Path.Combine(Checkout.Root, "tests", "console", "node_modules", "playwright-core");
        Missing = chromium is null ? "there is no chromium: apt-get install chromium"
            : node is null ? "there is no node: install Node.js 18 or later"
            : !Directory.Exists(package) ? "run npm ci in tests/console, or ./build.sh test, which does"
            : null;
        if (Missing is not null)
        {
            return;
        }

        // The .NET package looks for its driver in a folder of this shape.
        _driver = Directory.CreateTempSubdirectory("stillwatch-driver-").FullName;
        Directory.CreateDirectory(Path.Combine(_driver, ".playwright"));
        Directory.CreateSymbolicLink(Path.Combine(_driver, ".playwright", "package"), package);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", _driver);
        Environment.SetEnvironmentVariable("PLAYWRIGHT_NODEJS_PATH", node);
        Assertions.SetDefaultExpectTimeout(15_000); // as pages have: several suites may share this machine
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = chromium, Args = Flags, Headless = true });
    }

    public async ValueTask DisposeAsync()
    {
        if (Browser is not null)
        {
            await Browser.DisposeAsync();
        }

        _playwright?.Dispose();
        if (_driver is not null)
        {
            Directory.Delete(_driver, recursive: true);
        }
    }

    static string? Find(params string[] names) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
}

[CollectionDefinition(Name)]
public sealed class BrowserTests : ICollectionFixture<BrowserFixture>
{
    public const string Name = "browser";
}
