using System.Buffers;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Demo;

/// <summary>
/// The model's server of a simulated world: it answers each request with the response that the simulation has for it, whole or as a
/// stream.
/// </summary>
/// <remarks>
/// It takes no address: it listens on the loopback interface and nowhere else. Requests come one by one as far as this point (the driver
/// sends the next when the last has arrived), so which response belongs to which request is never a guess; the answers overlap.
/// </remarks>
sealed class SimulatedUpstream : IAsyncDisposable
{
    const int ManyBytes = 256 * 1024 * 1024;

    readonly WebApplication _server;
    ExpectedAnswer? _expected;
    long _unexpected;

    SimulatedUpstream()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ManyBytes;
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        });
        _server = builder.Build();
        _server.Run(AnswerAsync);
    }

    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Requests that came when none was expected; they are answered with an error.</summary>
    public long Unexpected => Interlocked.Read(ref _unexpected);

    public static async Task<SimulatedUpstream> StartAsync(CancellationToken cancellationToken)
    {
        var upstream = new SimulatedUpstream();
        await upstream._server.StartAsync(cancellationToken);
        var features = upstream._server.Services.GetRequiredService<IServer>().Features;
        upstream.Address = new Uri(features.Get<IServerAddressesFeature>()!.Addresses.First());
        return upstream;
    }

    /// <summary>The next request that comes is this exchange's; null: none is to come.</summary>
    public void Expect(ExpectedAnswer? answer) => Volatile.Write(ref _expected, answer);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    async Task AnswerAsync(HttpContext context)
    {
        var expected = Interlocked.Exchange(ref _expected, null);
        expected?.Arrive(context.Request.Headers["x-request-id"].ToString());
        await DrainAsync(context);
        var body = new ArrayBufferWriter<byte>(4096);
        switch (expected?.Exchange)
        {
            case null:
                Interlocked.Increment(ref _unexpected);
                context.Response.StatusCode = StatusCodes.Status500InternalServerError;
                return;
            case { Response: { } response, Request.Stream: true } exchange:
                context.Response.ContentType = "text/event-stream";
                StreamedAnswer.Write(exchange.Api, response, body);
                break;
            case { Response: { } response } exchange:
                context.Response.ContentType = "application/json";
                context.Response.ContentLength = Whole(exchange.Api, response, body);
                break;
            case var exchange:
                context.Response.StatusCode = exchange.Status ?? StatusCodes.Status500InternalServerError;
                context.Response.ContentType = "application/json";
                body.Write("""{"type":"error","error":{"type":"api_error","message":"simulated"}}"""u8);
                break;
        }

        await context.Response.BodyWriter.WriteAsync(body.WrittenMemory, context.RequestAborted);
    }

    static async Task DrainAsync(HttpContext context)
    {
        while (await context.Request.BodyReader.ReadAsync(context.RequestAborted) is var read)
        {
            context.Request.BodyReader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
            {
                return;
            }
        }
    }

    static int Whole(ExchangeApi api, ExchangeResponse response, ArrayBufferWriter<byte> into)
    {
        using var writer = new ExchangeWriter();
        writer.WriteResponse(api, response, into);
        return into.WrittenCount;
    }
}
