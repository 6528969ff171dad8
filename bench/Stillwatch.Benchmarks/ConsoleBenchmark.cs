using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Console;
using Stillwatch.Console.Live;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Pages;
using Stillwatch.Storage.Cases;
using Stillwatch.Storage.People;
using Stillwatch.Tests.Reports;

namespace Stillwatch.Benchmarks;

/// <summary>What it costs the server to answer each page of the console, over HTTP on loopback, with a large report and a case for each campaign.</summary>
static class ConsoleBenchmark
{
    /// <returns>The exit code: 1 when a page took a second or more, or was not answered.</returns>
    public static async Task<int> RunAsync(int accounts, int campaigns, int rounds, TextWriter output)
    {
        var folder = Directory.CreateTempSubdirectory("stillwatch-bench-");
        var largest = accounts / 5;
        var others = (accounts - largest) / Math.Max(1, campaigns - 1);
        var report = Some.Of([.. Enumerable.Range(1, campaigns).Select(i => SomeCampaign.Make(
            $"C-{i}", i % 7 == 0 ? Verdict.Resale : i % 5 == 0 ? Verdict.Automation : Verdict.Distillation, i % 5 == 0 ? Rung.Observe : (Rung)(i % 4),
            i == 1 ? largest : others, SomeEvidence.Strong, pivot: true))]);
        try
        {
            var config = new GatewayConfig
            {
                Listen = new Uri("http://127.0.0.1:0"), Admin = new Uri("http://127.0.0.1:0"), DataDirectory = Path.Combine(folder.FullName, "data"), AdminIsOpen = true,
                Upstreams = [new UpstreamConfig { Name = ConfigReader.DevelopmentUpstream, Dialect = Dialect.Anthropic, Replicas = [new Uri("http://127.0.0.1:1")] }],
                Models = [new ModelRule("*", ConfigReader.DevelopmentUpstream, null, null)],
            };
            var options = new ServeOptions
            {
                IsDevelopment = true, Logs = NullLoggerFactory.Instance, Pages = ConsolePages.With(new ConsoleSettings(), TimeProvider.System, new OneReport(report)),
            };
            await using var gateway = await GatewayHost.StartAsync(config, options);
            gateway.CaseLog.Change(_ => [.. report.Campaigns.Where(campaign => campaign.Response > Rung.Observe).Select(Judged)]);
            using var http = new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }) { BaseAddress = gateway.AdminAddress };
            http.DefaultRequestHeaders.Add("Cookie", $"stillwatch-{gateway.AdminAddress.Port}={SessionOf(gateway)}");
            output.WriteLine($"{report.Accounts.Count:N0} accounts in {campaigns} campaigns, the largest of {largest:N0}; {rounds} rounds, ms of the server for the whole page");
            output.WriteLine($"{"page",-28} {"median",8} {"worst",8} {"KiB",8}");
            var slow = 0;
            foreach (var path in Paths(report, gateway.CaseLog.Picture))
            {
                slow += await MeasureAsync(http, path, rounds, output) ? 0 : 1;
            }

            return slow == 0 ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    static IEnumerable<(string Name, string Path)> Paths(Report report, CasePicture cases) =>
    [
        ("overview", "/"), ("campaigns", "/campaigns"), ("campaigns, last page", "/campaigns?sort=accounts&page=4"), ("campaign, the largest", "/campaigns/C-1"),
        ("campaign, every set", "/campaigns/C-1?zoom=3"), ("campaign, one trait", $"/campaigns/C-1?trait={report.Campaigns[0].Ring.Nodes.First(node => node.Kind != "account").Id}"),
        ("campaign, its last members", $"/campaigns/C-1?page={report.Campaigns[0].Accounts.Count / 100}"), ("campaign, another", "/campaigns/C-2"),
        ("cases", "/cases"), ("cases, all", "/cases?show=all"), ("case, the largest", $"/cases/{cases.CaseOf[report.Campaigns[0].Accounts[0]]}"),
        ("account", $"/accounts/{report.Campaigns[0].Accounts[7]}"), ("policy", "/policy"), ("audit", "/audit"), ("people", "/people"),
    ];

    static async Task<bool> MeasureAsync(HttpClient http, (string Name, string Path) page, int rounds, TextWriter output)
    {
        var (times, size) = (new List<double>(), 0);
        for (var i = 0; i <= rounds; i++)
        {
            var start = Stopwatch.GetTimestamp();
            using var response = await http.GetAsync(page.Path);
            var body = await response.Content.ReadAsByteArrayAsync();
            if (!response.IsSuccessStatusCode)
            {
                output.WriteLine($"{page.Name,-28} {(int)response.StatusCode} for {page.Path}");
                return false;
            }

            size = body.Length;
            if (i > 0) // the first one compiles
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        output.WriteLine(FormattableString.Invariant($"{page.Name,-28} {times[times.Count / 2],8:0} {times[^1],8:0} {size / 1024,8}"));
        return times[^1] < 1_000;
    }

    static CaseJudged Judged(Campaign campaign) => new()
    {
        At = campaign.DetectedAt, Case = $"case_{campaign.Id[2..].PadLeft(32, '0')}", Verdict = campaign.Verdict, Confidence = campaign.Confidence,
        PriorLogOdds = campaign.PriorLogOdds, CalibrationLogOdds = campaign.CalibrationLogOdds, Evidence = campaign.Evidence, Reasons = campaign.Reasons, Joined = campaign.Accounts,
    };

    static string SessionOf(GatewayHost gateway)
    {
        using var people = PersonStore.Open(gateway.Directory.PeoplePath, TimeProvider.System);
        return people.Begin(people.Set("bench", Role.Admin).Name, TimeSpan.FromHours(1));
    }

    sealed class OneReport(Report report) : IConsoleSource
    {
        public Task<Held> HeldAsync(CancellationToken cancellationToken) => Task.FromResult(new Held(report, 1, IsCurrent: true));

        public Traffic Traffic() => Stillwatch.Console.Live.Traffic.None;

        public Health Health() => Stillwatch.Console.Live.Health.Unknown;

        public async IAsyncEnumerable<News> NewsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            yield break;
        }
    }
}
