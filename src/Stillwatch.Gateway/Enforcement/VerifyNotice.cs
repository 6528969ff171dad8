using Microsoft.AspNetCore.Http;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Enforcement;

/// <summary>What <c>verify</c> comes to: a notice in the headers of every answer and, after a grace, the limits of an account that nobody verified.</summary>
static class VerifyNotice
{
    /// <summary>The level that does what <c>verify</c> asks.</summary>
    public const VerificationLevel Asked = VerificationLevel.Person;

    public const string NoticeHeader = "stillwatch-notice";

    public const string UrlHeader = "stillwatch-verify-url";

    /// <summary>Before the response begins. Writes nothing to an account that is verified.</summary>
    public static void Write(IHeaderDictionary headers, AccountResponse response, ResponsePolicy policy, Standing standing, Uri? verifyUrl)
    {
        if (!Applies(response, standing))
        {
            return;
        }

        headers[NoticeHeader] = $"verify; by={(response.Since + policy.VerifyGrace).UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}";
        if (verifyUrl is not null)
        {
            headers[UrlHeader] = verifyUrl.AbsoluteUri;
        }
    }

    /// <summary>The level whose limits hold now.</summary>
    /// <param name="response">Null when nothing is done to the account.</param>
    public static VerificationLevel LevelFor(AccountResponse? response, Standing standing, ResponsePolicy policy, DateTimeOffset now) =>
        response is not null && now < response.Until && Applies(response, standing) && now >= response.Since + policy.VerifyGrace ? VerificationLevel.None : standing.Level;

    static bool Applies(AccountResponse response, Standing standing) => response.Rung >= Rung.Verify && standing.Level < Asked;
}
