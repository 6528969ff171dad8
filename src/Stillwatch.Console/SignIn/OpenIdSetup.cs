using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>Signing in at an identity provider: authorization code with PKCE; who comes back without a role that is known here stays outside.</summary>
static class OpenIdSetup
{
    public const string Scheme = "openid";

    public static void AddOpenId(this AuthenticationBuilder builder, OpenIdSettings settings, PersonStore people) => builder.AddOpenIdConnect(Scheme, options =>
    {
        options.SignInScheme = SessionHandler.Scheme;
        options.Authority = settings.Authority.ToString();
        options.RequireHttpsMetadata = !settings.Authority.IsLoopback;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret;
        options.ResponseType = OpenIdConnectResponseType.Code;
        options.ResponseMode = OpenIdConnectResponseMode.Query; // a form post from another site would not bring our cookies along
        foreach (var cookie in (CookieBuilder[])[options.CorrelationCookie, options.NonceCookie])
        {
            // The answer comes by a link, so Lax lets it through; over http on loopback a Secure cookie would not come back at all.
            (cookie.SameSite, cookie.SecurePolicy) = (SameSiteMode.Lax, CookieSecurePolicy.SameAsRequest);
        }

        options.UsePkce = true;
        options.CallbackPath = "/signin/openid";
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = false;
        options.SaveTokens = false;
        options.Scope.Clear();
        foreach (var scope in (string[])["openid", "profile", "email"])
        {
            options.Scope.Add(scope);
        }

        options.Events.OnTokenValidated = context =>
        {
            var user = context.Principal!;
            var subject = user.FindFirstValue("sub");
            if (subject is null || RoleOf(user, settings) is not { } role)
            {
                context.Fail(new NotAllowedException($"Your organization's directory gives you no role here: it is looked for in the claim {settings.RoleClaim}."));
            }
            else if (people.Recognise($"{settings.Authority} {subject}", user.FindFirstValue(settings.NameClaim) ?? "", role) is { } person)
            {
                context.Principal = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, person.Name)], Scheme));
            }
            else
            {
                context.Fail(new NotAllowedException($"You cannot sign in: you were disabled here, or the name in the claim {settings.NameClaim} is missing or somebody else's."));
            }

            return Task.CompletedTask;
        };
        options.Events.OnRemoteFailure = async context =>
        {
            context.HandleResponse();
            var why = context.Failure as NotAllowedException ?? context.Failure?.InnerException as NotAllowedException;
            await SignInPages.WriteAsync(context.HttpContext, SignInPages.Refused(why?.Message ?? "The identity provider did not confirm this sign-in. Try again."));
        };
    });

    static Role? RoleOf(ClaimsPrincipal user, OpenIdSettings settings) =>
        user.FindAll(settings.RoleClaim).Select(claim => settings.Roles.TryGetValue(claim.Value, out var role) ? role : (Role?)null).Max();
}
