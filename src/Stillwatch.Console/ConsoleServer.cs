using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor.Services;
using Stillwatch.Console.Assets;
using Stillwatch.Console.Desk;
using Stillwatch.Console.Layout;
using Stillwatch.Console.Live;
using Stillwatch.Console.SignIn;

namespace Stillwatch.Console;

/// <summary>Puts the console's pages on a web server that also serves other things.</summary>
public static class ConsoleServer
{
    /// <summary>Open pages the server keeps for browsers that lost their connection.</summary>
    const int MostDisconnected = 50;

    static readonly string[] NotOurs = ["/api", "/metrics", "/healthz", "/readyz"];

    public static void AddServices(IServiceCollection services, ConsoleParts parts)
    {
        services.AddSingleton(parts);
        services.AddSingleton<ConsoleFeed>();
        services.AddHostedService(provider => provider.GetRequiredService<ConsoleFeed>());
        services.AddDataProtection().AddKeyManagementOptions(keys => (keys.XmlRepository, keys.XmlEncryptor) = (new PassingKeys(), new NullXmlEncryptor()));
        services.AddHttpContextAccessor();
        services.AddRateLimiter(limits =>
        {
            limits.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            limits.AddPolicy(SignInRoutes.Limit, context => System.Threading.RateLimiting.RateLimitPartition.GetFixedWindowLimiter(
                context.Connection.RemoteIpAddress, _ => new() { PermitLimit = SignInRoutes.TriesPerMinute, Window = TimeSpan.FromMinutes(1) }));
            limits.OnRejected = async (rejected, _) => await SignInPages.WriteAsync(rejected.HttpContext, SignInPages.TooOften);
        });
        var authentication = services.AddAuthentication(SessionHandler.Scheme).AddScheme<AuthenticationSchemeOptions, SessionHandler>(SessionHandler.Scheme, null);
        if (parts.Settings.OpenId is { } openId)
        {
            authentication.AddOpenId(openId, parts.People);
        }

        services.AddAuthorization(Policies.Add);
        services.AddCascadingAuthenticationState();
        services.AddRazorComponents().AddInteractiveServerComponents(circuits => circuits.DisconnectedCircuitMaxRetained = MostDisconnected);
        services.AddScoped<AuthenticationStateProvider, SessionWatch>();
        services.AddScoped<CircuitHandler, SessionUse>();
        services.AddScoped<SignedIn>();
        services.AddScoped<Invitations>();
        services.AddScoped<Acting>();
        services.AddSingleton(parts.People);
        services.AddMudServices();
    }

    /// <summary>To be called before anything else is mapped.</summary>
    public static void Map(WebApplication app)
    {
        var parts = app.Services.GetRequiredService<ConsoleParts>();
        var provider = parts.Settings.OpenId?.Authority.GetLeftPart(UriPartial.Authority);
        app.Use(async (context, next) =>
        {
            if (Array.TrueForAll(NotOurs, path => !context.Request.Path.StartsWithSegments(path)))
            {
                SecurityHeaders.Add(context, provider);
            }

            await OwnOrigin.Check(context, _ => next(context));
        });
        app.UseRouting();
        app.Use((context, next) => IsLostPage(context) ? SignInPages.WriteAsync(context, SignInPages.NotFound(context.Request.Path)) : next(context));
        app.UseRateLimiter();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        AssetFiles.Map(app);
        SignInRoutes.Map(app, parts);
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = null) // ours is stricter
            .RequireAuthorization(Policies.Viewer);
    }

    /// <summary>Whether somebody looks with a browser for a page that nobody has: that is told as a page, not as the admin API tells it.</summary>
    static bool IsLostPage(HttpContext context) => HttpMethods.IsGet(context.Request.Method)
        && context.GetEndpoint() is null or RouteEndpoint { RoutePattern.RawText: "{*path}" }
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
