using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway;

/// <summary>Builds the two web servers: the data plane, which is one delegate and nothing else, and the admin listener.</summary>
static class Listeners
{
    /// <summary>Unstarted. No middleware, no routing: a request goes from the server straight into <paramref name="handle"/>.</summary>
    public static WebApplication Data(GatewayConfig config, RequestDelegate handle, ILoggerFactory logs)
    {
        var builder = Empty(logs);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // by endpoint, in the caller's dialect: RequestBody
            kestrel.Limits.MinResponseDataRate = null; // a model may think for minutes; the exchange's own limit bounds slow readers
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            Listen(kestrel, config.Listen, config.Tls, ProtocolsOf(config.Listen));
            if (config.ListenH2c is { } h2c)
            {
                Listen(kestrel, h2c, null, HttpProtocols.Http2);
            }
        });
        var app = builder.Build();
        app.Run(handle);
        return app;
    }

    /// <summary>Unstarted, with routing; the caller maps what it serves.</summary>
    public static WebApplication Admin(GatewayConfig config, Action<IServiceCollection> addServices, ILoggerFactory logs)
    {
        var builder = Empty(logs);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            Listen(kestrel, config.Admin, config.Admin.Scheme == Uri.UriSchemeHttps ? config.Tls : null, ProtocolsOf(config.Admin));
        });
        builder.Services.AddRoutingCore();
        addServices(builder.Services);
        return builder.Build();
    }

    /// <summary>Where a started server listens, with the port it was given when 0 was asked for.</summary>
    public static Uri AddressOf(WebApplication app) =>
        new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    static WebApplicationBuilder Empty(ILoggerFactory logs)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.Services.AddSingleton(logs);
        builder.Services.AddLogging();
        return builder;
    }

    // Without TLS nothing tells the two apart; h2c has a listener of its own.
    static HttpProtocols ProtocolsOf(Uri address) => address.Scheme == Uri.UriSchemeHttps ? HttpProtocols.Http1AndHttp2 : HttpProtocols.Http1;

    static void Listen(KestrelServerOptions kestrel, Uri address, TlsConfig? tls, HttpProtocols protocols)
    {
        void Configure(ListenOptions listen)
        {
            listen.Protocols = protocols;
            if (tls is not null && address.Scheme == Uri.UriSchemeHttps)
            {
                listen.UseHttps(System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPemFile(tls.Certificate, tls.Key));
            }
        }

        if (IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip))
        {
            kestrel.Listen(ip, address.Port, Configure);
        }
        else if (address.Host == "localhost")
        {
            kestrel.ListenLocalhost(address.Port, Configure);
        }
        else
        {
            kestrel.ListenAnyIP(address.Port, Configure);
        }
    }
}
