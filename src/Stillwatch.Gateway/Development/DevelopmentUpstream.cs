using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Stillwatch.Gateway.Development;

/// <summary>A deterministic stand-in for a model server that speaks both dialects and says in every reply what it is, so that anybody can try the gateway without a model.</summary>
/// <remarks>
/// It takes no address: it listens on the loopback interface and nowhere else. It asks for no credential and stores only what
/// batches and files need, in memory and bounded. What it can be asked to do: docs/development-upstream.md. Thread-safe.
/// </remarks>
sealed class DevelopmentUpstream : IAsyncDisposable
{
    readonly WebApplication _server;
    readonly DevelopmentRoutes _routes;
    long _requests;
    long _aborted;

    DevelopmentUpstream(int keepReceived, TimeProvider time)
    {
        Received = new ReceivedLog(keepReceived);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // each endpoint has its own
            kestrel.Limits.MinResponseDataRate = null; // slow readers are what it is for
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        _server = builder.Build();
        _routes = new DevelopmentRoutes(time, () => Address);
        _server.Run(AnswerAsync);
    }

    /// <summary>Where it listens for HTTP/1.1.</summary>
    public Uri Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Where it listens for HTTP/2 without TLS (prior knowledge).</summary>
    public Uri Http2Address { get; private set; } = new("http://127.0.0.1/");

    /// <summary>Requests that came in, broken ones included.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Requests whose caller left before the reply was whole.</summary>
    public long Aborted => Interlocked.Read(ref _aborted);

    public ReceivedLog Received { get; }

    /// <param name="keepReceived">Requests to keep in <see cref="Received"/>; 0 for none.</param>
    /// <param name="time">Paces slow streams and dates batches and files.</param>
    public static async Task<DevelopmentUpstream> StartAsync(int keepReceived = 0, TimeProvider? time = null, CancellationToken cancellationToken = default)
    {
        var upstream = new DevelopmentUpstream(keepReceived, time ?? TimeProvider.System);
        await upstream._server.StartAsync(cancellationToken);
        var addresses = upstream._server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.ToArray();
        upstream.Address = new Uri(addresses[0]);
        upstream.Http2Address = new Uri(addresses[1]);
        return upstream;
    }

    /// <summary>Breaks off what is still running.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new CancellationToken(canceled: true));
        await _server.DisposeAsync();
    }

    async Task AnswerAsync(HttpContext context)
    {
        using var exchange = new DevelopmentExchange(context, Interlocked.Increment(ref _requests));
        ReceivedRequest? received = null;
        try
        {
            var isWhole = await exchange.ReadBodyAsync(DevelopmentRoutes.MostBytes(context.Request.Path));
            if (Received.IsOn)
            {
                Received.Add(received = Record(exchange));
            }

            await (isWhole ? _routes.AnswerAsync(exchange) : exchange.SendErrorAsync(DevelopmentError.Full("The body is longer than this endpoint takes.")));
        }
        catch (Exception fault) when (fault is OperationCanceledException or ConnectionAbortedException or ConnectionResetException or Microsoft.AspNetCore.Http.BadHttpRequestException)
        {
            // The caller left, or sent what is not HTTP: the connection is gone, nobody is there to be told.
        }
        finally
        {
            var isAborted = context.RequestAborted.IsCancellationRequested && !exchange.IsCut;
            if (isAborted)
            {
                Interlocked.Increment(ref _aborted);
            }

            received?.End(isAborted ? ReplyEnd.Aborted : ReplyEnd.Complete);
        }
    }

    static ReceivedRequest Record(DevelopmentExchange exchange)
    {
        var request = exchange.Http.Request;
        var headers = request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var body = exchange.Body[..Math.Min(exchange.Body.Length, ReceivedLog.MaxBodyBytes)].ToArray();
        return new ReceivedRequest(request.Method, $"{request.Path}{request.QueryString}", headers, body);
    }
}
