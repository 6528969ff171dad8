using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>
/// The model behind the proxies: drains the request, looks at nothing but the name of the model, which says what to do
/// (<c>bench-json</c>, <c>bench-sse-EVENTS-PACEMS</c>, <c>bench-idle</c>: two events, then silence until the client leaves), and answers from memory.
/// </summary>
internal static class MockUpstream
{
    const int HeadBytes = 128; // the model stands within; see RequestBodies

    /// <summary>Runs until standard input ends, so that it dies with the benchmark.</summary>
    public static void Run(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.ListenLocalhost(port);
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        var exchanges = 0L;
        app.Run(context => Answer(context, Interlocked.Increment(ref exchanges)));
        ChildProcess.ServeUntilOrphaned(app);
    }

    static async Task Answer(HttpContext context, long id)
    {
        var model = await Drain(context);
        if (model.StartsWith("bench-sse-", StringComparison.Ordinal))
        {
            var parts = model.Split('-');
            var (events, pace) = (int.Parse(parts[2], CultureInfo.InvariantCulture), int.Parse(parts[3], CultureInfo.InvariantCulture));
            await Stream(context, id, model, events, events, TimeSpan.FromMilliseconds(pace));
        }
        else if (model == "bench-idle")
        {
            await Stream(context, id, model, 2, 50, TimeSpan.Zero);
            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
        else
        {
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = MockReplies.JsonBytes;
            MockReplies.WriteJson(context.Response.BodyWriter, id);
        }
    }

    static async Task Stream(HttpContext context, long id, string model, int written, int count, TimeSpan pace)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-cache";
        var output = context.Response.BodyWriter;
        for (var i = 0; i < written; i++)
        {
            if (i > 0 && pace > TimeSpan.Zero)
            {
                await Task.Delay(pace, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            MockReplies.WriteEvent(output, i, count, id, model);
            if ((await output.FlushAsync(CancellationToken.None)).IsCompleted)
            {
                return;
            }
        }
    }

    /// <returns>The model's name; empty for a request without a body.</returns>
    static async Task<string> Drain(HttpContext context)
    {
        var (body, model) = (context.Request.BodyReader, "");
        while (true)
        {
            var read = await body.ReadAsync(context.RequestAborted);
            if (model.Length == 0 && (read.Buffer.Length >= HeadBytes || read.IsCompleted))
            {
                model = ModelOf(read.Buffer.Slice(0, Math.Min(HeadBytes, read.Buffer.Length)));
            }

            body.AdvanceTo(model.Length > 0 || read.IsCompleted ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
            if (read.IsCompleted)
            {
                return model;
            }
        }
    }

    static string ModelOf(ReadOnlySequence<byte> head)
    {
        Span<byte> bytes = stackalloc byte[HeadBytes];
        head.CopyTo(bytes);
        var at = bytes.IndexOf("\"bench-"u8);
        return at < 0 ? "unknown" : Encoding.ASCII.GetString(bytes[(at + 1)..].Slice(0, bytes[(at + 1)..].IndexOf((byte)'"')));
    }
}
