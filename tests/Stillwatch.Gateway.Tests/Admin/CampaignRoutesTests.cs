using System.Net.Http.Headers;
using System.Text.Json;
using Stillwatch.Engine.Judgement;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Admin;
using Stillwatch.Gateway.Recording.Changes;
using Stillwatch.Gateway.Tests.Enforcement;

namespace Stillwatch.Gateway.Tests.Admin;

/// <summary>Campaigns in pages, one whole, and their changes as server-sent events, over HTTP.</summary>
public sealed class CampaignRoutesTests
{
    static readonly HttpMethod Get = HttpMethod.Get;

    [Fact]
    public async Task The_list_says_what_it_is_of_and_is_filtered_and_paged()
    {
        await using var server = await AdminServer.StartAsync();
        server.Report = ScriptedRing.Report(
            new ScriptedRing("C-9", ScriptedRing.Names(0, 5)), new ScriptedRing("C-2", ScriptedRing.Names(10, 5)) { Verdict = Verdict.Resale },
            new ScriptedRing("C-5", ScriptedRing.Names(20, 5), Rung.Verify));
        var (_, all) = await server.SendAsync(Get, "/api/v1/campaigns");
        Assert.Equal(["C-9", "C-2", "C-5"], Ids(all));
        Assert.Equal((7, true, 3, JsonValueKind.Null), (
            all.GetProperty("log_row").GetInt32(), all.GetProperty("current").GetBoolean(), all.GetProperty("total").GetInt32(), all.GetProperty("next").ValueKind));
        Assert.Equal(["C-2"], Ids((await server.SendAsync(Get, "/api/v1/campaigns?verdict=resale")).Body));
        Assert.Equal(["C-5"], Ids((await server.SendAsync(Get, "/api/v1/campaigns?response=verify&verdict=distillation")).Body));

        var (_, page) = await server.SendAsync(Get, "/api/v1/campaigns?limit=2");
        Assert.Equal(["C-9", "C-2"], Ids(page));
        (_, page) = await server.SendAsync(Get, $"/api/v1/campaigns?limit=2&after={page.GetProperty("next").GetString()}");
        Assert.Equal(["C-5"], Ids(page));
        Assert.Equal((3, JsonValueKind.Null), (page.GetProperty("total").GetInt32(), page.GetProperty("next").ValueKind));
    }

    [Theory]
    [InlineData("?verdict=guilty")]
    [InlineData("?verdict=1")]
    [InlineData("?response=Shape")]
    [InlineData("?limit=501")]
    [InlineData("?limit=-1")]
    public async Task A_faulty_question_is_refused_with_the_words_there_are(string query)
    {
        await using var server = await AdminServer.StartAsync();
        var (status, body) = await server.SendAsync(Get, $"/api/v1/campaigns{query}");
        Assert.Equal((400, "invalid_request"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        Assert.Contains("distillation", body.GetProperty("error").GetProperty("message").GetString());
    }

    [Fact]
    public async Task One_campaign_is_shown_whole_and_its_accounts_in_pages_when_asked_for()
    {
        await using var server = await AdminServer.StartAsync();
        var report = server.Report = ScriptedRing.Report(new ScriptedRing("C-9", ScriptedRing.Names(0, 5)), new ScriptedRing("C-2", ScriptedRing.Names(10, 3)));
        var (_, body) = await server.SendAsync(Get, "/api/v1/campaigns/C-9");
        var read = JsonSerializer.Deserialize(body.GetRawText(), CampaignJson.Readable.CampaignAnswer)!;
        Assert.Equal(
            Json(report with { Campaigns = [report.Campaigns[0]], Accounts = [.. report.Accounts.Where(a => a.Campaign == "C-9")] }),
            Json(report with { Campaigns = [read.Campaign], Accounts = read.Accounts }));

        (_, body) = await server.SendAsync(Get, "/api/v1/campaigns/C-9?limit=3");
        Assert.Equal((3, 5), (body.GetProperty("accounts").GetArrayLength(), body.GetProperty("total").GetInt32()));
        (_, body) = await server.SendAsync(Get, $"/api/v1/campaigns/C-9?limit=3&after={body.GetProperty("next").GetString()}");
        Assert.Equal((2, JsonValueKind.Null), (body.GetProperty("accounts").GetArrayLength(), body.GetProperty("next").ValueKind));
        Assert.Equal((404, "unknown_campaign"), ((await server.SendAsync(Get, "/api/v1/campaigns/C-1")) is var (status, fault) ? (status, fault.GetProperty("error").GetProperty("code").GetString()) : default));
    }

    [Fact]
    public async Task Changes_come_as_events_with_ids_and_a_heartbeat_between()
    {
        await using var server = await AdminServer.StartAsync();
        using var reader = await Reader.OpenAsync(server);
        Assert.Equal(": changes follow", await reader.LineAsync());
        server.Changes.Follow(ScriptedRing.Report(new ScriptedRing("C-9", ScriptedRing.Names(0, 5), Rung.Verify)));
        var first = await reader.EventAsync();
        Assert.Equal(($"{server.Changes.Run}-1", "campaign.appeared"), (first.Id, first.Name));
        var change = JsonSerializer.Deserialize(first.Data, ChangeJson.OneLine.CampaignChange)!;
        Assert.Equal((ChangeKind.Appeared, "C-9", Rung.Verify, 5), (change.Kind, change.Campaign, change.Response, change.JoinedCount));

        string? comment = null;
        while (comment is null)
        {
            server.Time.Advance(ChangeStream.Heartbeat);
            comment = await reader.LineAsync(TimeSpan.FromMilliseconds(200));
        }

        Assert.Equal(": still here", comment);
        server.Changes.Follow(ScriptedRing.Report(new ScriptedRing("C-9", ScriptedRing.Names(0, 5))));
        var second = await reader.EventAsync();
        Assert.Equal(($"{server.Changes.Run}-2", "campaign.response"), (second.Id, second.Name));
    }

    [Fact]
    public async Task A_reader_goes_on_after_the_event_it_names_and_is_told_when_that_is_gone()
    {
        await using var server = await AdminServer.StartAsync();
        for (var size = 5; size < 10; size++)
        {
            server.Changes.Follow(ScriptedRing.Report(new ScriptedRing("C-9", ScriptedRing.Names(0, size))));
        }

        using (var reader = await Reader.OpenAsync(server, lastEventId: $"{server.Changes.Run}-3"))
        {
            await reader.LineAsync();
            Assert.Equal($"{server.Changes.Run}-4", (await reader.EventAsync()).Id);
            Assert.Equal($"{server.Changes.Run}-5", (await reader.EventAsync()).Id);
        }

        foreach (var gone in (string[])["anotherrun-3", $"{server.Changes.Run}-99", "nonsense"])
        {
            using var reader = await Reader.OpenAsync(server, lastEventId: gone);
            var reset = await reader.EventAsync();
            Assert.Equal(("stream.reset", $"{server.Changes.Run}-5"), (reset.Name, reset.Id));
        }
    }

    [Fact]
    public async Task A_slow_reader_is_told_that_it_was_dropped_and_nobody_waited_for_it()
    {
        await using var server = await AdminServer.StartAsync();
        using var reader = await Reader.OpenAsync(server);
        await reader.LineAsync();

        // Far more than sockets and buffers hold, while the reader takes nothing.
        var names = Enumerable.Range(0, CampaignChange.MostNames).Select(i => $"an-account-with-a-rather-long-name-{i}").ToList();
        var change = new CampaignChange(ChangeKind.Members, null, "C-9", Verdict.Distillation, Rung.Shape, 1, 1, "x") { Joined = names };
        var started = System.Diagnostics.Stopwatch.GetTimestamp();
        for (var i = 0; i < 4 * ChangeBoard.Capacity; i++)
        {
            server.Changes.Add([change]);
        }

        Assert.True(System.Diagnostics.Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(5), "adding waited for the reader");
        (string? Id, string Name, string Data) last = (null, "", "");
        var taken = 0;
        while (await reader.TryEventAsync() is { } next)
        {
            (last, taken) = (next, taken + 1);
        }

        Assert.Equal("stream.dropped", last.Name);
        Assert.Null(last.Id);
        Assert.InRange(JsonDocument.Parse(last.Data).RootElement.GetProperty("missed").GetInt64(), 1, 4 * ChangeBoard.Capacity);
        Assert.InRange(taken, 1, 3 * ChangeBoard.Capacity);
    }

    [Fact]
    public async Task The_stream_asks_for_the_token_and_has_room_for_so_many()
    {
        await using var server = await AdminServer.StartAsync();
        Assert.Equal(401, (await server.SendAsync(Get, "/api/v1/campaigns/events", _ => { })).Status);
        var readers = new List<Reader>();
        for (var i = 0; i < ChangeStream.MostReaders; i++)
        {
            readers.Add(await Reader.OpenAsync(server));
        }

        var (status, body) = await server.SendAsync(Get, "/api/v1/campaigns/events");
        Assert.Equal((503, "too_many_readers"), (status, body.GetProperty("error").GetProperty("code").GetString()));
        readers.ForEach(reader => reader.Dispose());
    }

    static IEnumerable<string?> Ids(JsonElement list) => list.GetProperty("campaigns").EnumerateArray().Select(campaign => campaign.GetProperty("id").GetString());

    static string Json(Report report) => JsonSerializer.Serialize(report, ReportJson.Readable.Report);

    sealed class Reader(HttpClient client, HttpResponseMessage response, Stream stream) : IDisposable
    {
        readonly StreamReader _lines = new(stream);
        Task<string?>? _reading;

        public static async Task<Reader> OpenAsync(AdminServer server, string? lastEventId = null)
        {
            var client = new HttpClient { BaseAddress = server.Address };
            using var request = new HttpRequestMessage(Get, "/api/v1/campaigns/events");
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", server.Token);
            if (lastEventId is not null)
            {
                request.Headers.Add("Last-Event-ID", lastEventId);
            }

            var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
            return new Reader(client, response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        }

        /// <summary>The next line that is not empty; null when none comes in time.</summary>
        public async Task<string?> LineAsync(TimeSpan? patience = null)
        {
            while (true)
            {
                _reading ??= _lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask();
                if (await Task.WhenAny(_reading, Task.Delay(patience ?? TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken)) != _reading)
                {
                    return null;
                }

                var line = await _reading;
                _reading = null;
                if (line is null || line.Length > 0)
                {
                    return line;
                }
            }
        }

        public async Task<(string? Id, string Name, string Data)> EventAsync() => (await TryEventAsync())!.Value;

        public async Task<(string? Id, string Name, string Data)?> TryEventAsync()
        {
            string? id = null, name = null;
            while (await LineAsync() is { } line)
            {
                id = line.StartsWith("id: ", StringComparison.Ordinal) ? line[4..] : id;
                name = line.StartsWith("event: ", StringComparison.Ordinal) ? line[7..] : name;
                if (line.StartsWith("data: ", StringComparison.Ordinal))
                {
                    return (id, name!, line[6..]);
                }
            }

            return null;
        }

        public void Dispose()
        {
            _lines.Dispose();
            response.Dispose();
            client.Dispose();
        }
    }
}
