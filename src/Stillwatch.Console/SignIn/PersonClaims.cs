using System.Security.Claims;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>A session as the claims that pages and policies read.</summary>
static class PersonClaims
{
    const string SessionClaim = "stillwatch_session";

    public static ClaimsPrincipal Of(Session session) => new(new ClaimsIdentity(
        [
            new Claim(ClaimTypes.Name, session.Person.Name), new Claim(ClaimTypes.Role, session.Person.Role.ToString()),
            new Claim(SessionClaim, session.Id),
        ],
        SessionHandler.Scheme));

    /// <summary>Null for nobody, and for a role we do not know: such a person may do nothing.</summary>
    public static Role? RoleOf(ClaimsPrincipal user) =>
        user.Identity?.IsAuthenticated == true && Enum.TryParse<Role>(user.FindFirstValue(ClaimTypes.Role), out var role) && Enum.IsDefined(role) ? role : null;

    public static string? SessionOf(ClaimsPrincipal user) => user.FindFirstValue(SessionClaim);
}
