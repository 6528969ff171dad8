using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Stillwatch.Console.Tests.Support;

/// <summary>An OpenID Connect provider on loopback that signs in whoever comes as the person the test names, and checks the code's verifier.</summary>
sealed class ScriptedProvider : IAsyncDisposable
{
    readonly RSA _key = RSA.Create(2048);
    readonly Dictionary<string, (string Nonce, string Challenge)> _codes = new(StringComparer.Ordinal);
    WebApplication? _server;

    public Uri Address { get; private set; } = null!;

    public string Subject { get; set; } = "sub-1";

    public string Name { get; set; } = "ada";

    public string[] Groups { get; set; } = [];

    public static async Task<ScriptedProvider> StartAsync()
    {
        var provider = new ScriptedProvider();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRoutingCore();
        var server = provider._server = builder.Build();
        server.MapGet("/.well-known/openid-configuration", context => Json(context, new
        {
            issuer = provider.Issuer, authorization_endpoint = provider.Issuer + "/authorize", token_endpoint = provider.Issuer + "/token", jwks_uri = provider.Issuer + "/keys",
            response_types_supported = new[] { "code" }, subject_types_supported = new[] { "public" }, id_token_signing_alg_values_supported = new[] { "RS256" },
        }));
        server.MapGet("/keys", context => Json(context, new { keys = new[] { provider.Key() } }));
        server.MapGet("/authorize", provider.Authorize);
        server.MapPost("/token", provider.TokenAsync);
        await server.StartAsync();
        provider.Address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _key.Dispose();
    }

    string Issuer => Address.ToString().TrimEnd('/');

    Task Authorize(HttpContext context)
    {
        var query = context.Request.Query;
        var code = Guid.NewGuid().ToString("N");
        _codes[code] = (query["nonce"].ToString(), query["code_challenge"].ToString());
        context.Response.Redirect($"{query["redirect_uri"]}?code={code}&state={Uri.EscapeDataString(query["state"].ToString())}");
        return Task.CompletedTask;
    }

    async Task TokenAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var (nonce, challenge) = _codes[form["code"].ToString()];
        if (Url(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != challenge)
        {
            context.Response.StatusCode = 400;
            return;
        }

        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var claims = new Dictionary<string, object>
        {
            ["iss"] = Issuer, ["aud"] = form["client_id"].ToString(), ["sub"] = Subject, ["nonce"] = nonce, ["iat"] = now, ["exp"] = now + 300,
            ["preferred_username"] = Name, ["groups"] = Groups,
        };
        var head = $"{Url(JsonSerializer.SerializeToUtf8Bytes(new { alg = "RS256", typ = "JWT", kid = "one" }))}.{Url(JsonSerializer.SerializeToUtf8Bytes(claims))}";
        var signature = Url(_key.SignData(Encoding.ASCII.GetBytes(head), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
        await Json(context, new { access_token = "unused", token_type = "Bearer", expires_in = 300, id_token = $"{head}.{signature}" });
    }

    object Key()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: false);
        return new { kty = "RSA", use = "sig", alg = "RS256", kid = "one", n = Url(parameters.Modulus!), e = Url(parameters.Exponent!) };
    }

    static Task Json(HttpContext context, object value)
    {
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(JsonSerializer.Serialize(value));
    }

    static string Url(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
