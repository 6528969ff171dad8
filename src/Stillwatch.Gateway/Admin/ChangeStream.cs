using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Stillwatch.Gateway.Recording.Changes;

namespace Stillwatch.Gateway.Admin;

/// <summary>Changes of campaigns as server-sent events (WHATWG HTML, 9.2), each named by the run of the server and a number.</summary>
/// <remarks>
/// 1. A reader begins with what comes next, or after the event it names (<c>Last-Event-ID</c>, else <c>?after=</c>). When that cannot be had any
/// more, one of another run among them, it is told <c>stream.reset</c>: read the list anew, changes follow from here.
/// 2. A reader that falls behind by more than the board holds is told <c>stream.dropped</c>, and its stream ends. One that takes nothing for
/// <see cref="Patience"/> is cut off. The board waits for nobody.
/// 3. A comment goes out whenever nothing was said for <see cref="Heartbeat"/>, so that both ends see a dead connection.
/// </remarks>
sealed class ChangeStream(ChangeBoard board, TimeProvider time)
{
    public const int MostReaders = 64;

    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    const int MostPerWrite = 16;

    int _readers;

    public async Task WriteAsync(HttpContext context)
    {
        if (Interlocked.Increment(ref _readers) > MostReaders)
        {
            Interlocked.Decrement(ref _readers);
            context.Response.Headers.RetryAfter = "60";
            await AdminHttp.Refuse(context, 503, new AdminFault("too_many_readers", $"{MostReaders} readers follow the changes already: close one, or ask the list instead."));
            return;
        }

        var stopping = context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            context.Features.Get<IHttpMinResponseDataRateFeature>()?.MinDataRate = null; // a slow reader shall be told; our own patience bounds it
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers["X-Accel-Buffering"] = "no"; // proxies that gather responses
            await FollowAsync(context, Begin(context, out var isReset), isReset, end.Token);
        }
        catch (OperationCanceledException)
        {
            if (!end.IsCancellationRequested)
            {
                context.Abort(); // it takes nothing
            }
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    /// <summary>The number after which this reader begins.</summary>
    long Begin(HttpContext context, out bool isReset)
    {
        var newest = board.Newest;
        var named = context.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last] ? last : AdminHttp.Query(context, "after");
        var (run, number) = named?.Split('-') is [var r, var n] && long.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? (r, parsed) : ("", 0);
        isReset = named is not null && (run != board.Run || number > newest || number < newest - ChangeBoard.Capacity);
        return named is null || isReset ? newest : number;
    }

    async Task FollowAsync(HttpContext context, long seen, bool isReset, CancellationToken end)
    {
        await SendAsync(
            context,
            isReset ? Event($"{board.Run}-{seen}", "stream.reset", """{"says":"What came since cannot be told any more: read /api/v1/campaigns. Changes follow from here."}""") : ": changes follow\n\n",
            end);
        while (true)
        {
            var changes = board.After(seen, MostPerWrite, out var missed, out var news);
            if (missed > 0)
            {
                await SendAsync(context, Event(null, "stream.dropped", $$"""{"missed":{{missed}},"says":"This reader fell behind and missed changes: read /api/v1/campaigns, then follow again."}"""), end);
                return;
            }

            if (changes.Count > 0)
            {
                await SendAsync(context, string.Concat(changes.Select(EventOf)), end);
                seen = changes[^1].Number;
                continue;
            }

            using var quiet = CancellationTokenSource.CreateLinkedTokenSource(end);
            var pause = Task.Delay(Heartbeat, time, quiet.Token);
            var first = await Task.WhenAny(news, pause);
            end.ThrowIfCancellationRequested();
            await quiet.CancelAsync();
            if (first == pause)
            {
                await SendAsync(context, ": still here\n\n", end);
            }
        }
    }

    async Task SendAsync(HttpContext context, string text, CancellationToken end)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(end, patience.Token);
        await context.Response.WriteAsync(text, both.Token);
        await context.Response.Body.FlushAsync(both.Token);
    }

    string EventOf(NumberedChange numbered) => Event(
        $"{board.Run}-{numbered.Number}", $"campaign.{numbered.Change.Kind.ToString().ToLowerInvariant()}",
        JsonSerializer.Serialize(numbered.Change, ChangeJson.OneLine.CampaignChange));

    static string Event(string? id, string name, string data) => $"{(id is null ? "" : $"id: {id}\n")}event: {name}\ndata: {data}\n\n";
}
