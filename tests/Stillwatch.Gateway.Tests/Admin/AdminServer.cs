using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Recording;
using Stillwatch.Gateway.Recording.Changes;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage.Accounts;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.Exchanges;
using Stillwatch.Storage;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text;

namespace Stillwatch.Gateway.Tests.Admin;

/// <summary>The admin API on a loopback port, over a data directory of its own.</summary>
sealed class AdminServer : IAsyncDisposable
{
    const string DetectionKeyId = "0123abcd";

    readonly TemporaryDirectory _temporary = new();
    readonly DataDirectory _directory;
    readonly WebApplication _app;

    AdminServer(bool isOpen)
    {
        _directory = DataDirectory.Lock(_temporary.Path);
        Keys = KeyIssuer.Open(_directory, Time);
        Log = ExchangeLog.Open(_directory.ExchangesPath, DetectionKeyId);
        Token = _directory.AdminToken();
        Changes = new ChangeBoard(Time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        Accounts = new AccountRegister(AccountStore.Open(_directory.AccountsPath), new StandingBook(), Time);
        var api = new AdminApi(new AdminParts
        {
            Token = isOpen ? null : Token,
            Keys = Keys,
            Time = Time,
            Held = _ => Task.FromResult(new HeldReport(Report, 7, IsCurrent: true)),
            Changes = Changes,
            Exchanges = Log.Reader,
            Counts = () => new ExchangeCounts(10, 7, new Dictionary<string, long> { ["queue_full"] = 2 }, 1, new Dictionary<string, long>(), new Dictionary<string, long>()),
            Readiness = () => Readiness,
            IsRecordedAccount = account => account == "recorded",
        });
        api.Map(_app);
        var cases = CaseStore.Open(_directory.CasesPath);
        new CaseRoutes(cases, new CaseCommands(cases, () => new CaseRules(new Policy(), "", true, true), CaseRepair.Nothing), Time).Map(_app, api.Guarded);
        new AccountRoutes(new AccountDesk(Accounts, Time, account => Keys.List(account).Count > 0)).Map(_app, api.Guarded);
        new DeskRoutes(null!).Map(_app, api.Guarded); // their names alone: DeskRoutesTests asks them, on a whole gateway
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public KeyIssuer Keys { get; }

    public ExchangeLog Log { get; }

    public AccountRegister Accounts { get; }

    public string Token { get; }

    public string Data => _temporary.Path;

    public Readiness Readiness { get; set; } = new(true, []);

    public Report Report { get; set; } = OneCampaign();

    public ChangeBoard Changes { get; }

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public IEnumerable<RouteEndpoint> Routes =>
        ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>();

    public static async Task<AdminServer> StartAsync(bool isOpen = false)
    {
        var server = new AdminServer(isOpen);
        await server._app.StartAsync(TestContext.Current.CancellationToken);
        server.Address = new Uri(server._app.Urls.Single());
        return server;
    }

    /// <summary>Sends with the admin token and gives back what came, which is JSON whatever it is.</summary>
    public Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, string? body = null) =>
        SendAsync(method, path, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token), body);

    public async Task<(int Status, JsonElement Body)> SendAsync(HttpMethod method, string path, Action<HttpRequestMessage> prepare, string? body = null)
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        prepare(request);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.StartsWith("application/json", response.Content.Headers.ContentType?.ToString());
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonDocument.Parse(text).RootElement);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        Log.Dispose();
        Accounts.Store.Dispose();
        Keys.Dispose();
        _directory.Dispose();
        _temporary.Dispose();
    }

    static Report OneCampaign()
    {
        var at = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        var shared = new EvidenceItem("identity-and-money", "shared-payment", 3, "individual", 0.99, 5, 4, 2, 0, 2, "Two accounts pay with one card.");
        var own = shared with { Family = "campaign", Trait = "membership", Says = "It belongs to the ring." };
        return new Report
        {
            Engine = "0.1.0",
            PolicyHash = "p",
            KeyId = "k",
            Input = new InputSummary(),
            Campaigns =
            [
                new Campaign
                {
                    Id = "C-1", Verdict = Verdict.Distillation, Confidence = 0.99, PriorLogOdds = -9, LogOdds = 13, CalibrationLogOdds = 0, Response = Rung.Shape,
                    Reasons = ["Two accounts, one card."], Accounts = ["suspect", "other"], Exchanges = 2, Tasks = 2, OutputTokens = 2, FirstSeen = at, Onset = at,
                    DetectedAt = at, Models = new Dictionary<string, long>(), Pivots = [], Classes = [], Capabilities = [], Evidence = [shared],
                    Counterfactuals = [], Lookalikes = [], Timeline = [], Ring = new RingPicture([], []),
                },
            ],
            Accounts = [new AccountJudgement("suspect", "C-1", 0.9, at, 1, [], Rung.Shape, [own])],
        };
    }
}
