using System.Collections.Immutable;
using Microsoft.AspNetCore.Authorization;
using Stillwatch.Storage.People;

namespace Stillwatch.Console.SignIn;

/// <summary>What a page may ask of whoever opens it: <c>@attribute [Authorize(Policy = Policies.Approver)]</c>. Each role may what those before it may.</summary>
public static class Policies
{
    public const string Viewer = "viewer";
    public const string Analyst = "analyst";
    public const string Approver = "approver";
    public const string Admin = "admin";

    static readonly ImmutableArray<(string Policy, Role Least)> All =
        [(Viewer, Role.Viewer), (Analyst, Role.Analyst), (Approver, Role.Approver), (Admin, Role.Admin)];

    internal static void Add(AuthorizationOptions options)
    {
        foreach (var (policy, least) in All)
        {
            options.AddPolicy(policy, rule => rule.AddAuthenticationSchemes(SessionHandler.Scheme).RequireAssertion(
                context => PersonClaims.RoleOf(context.User) is { } role && role >= least));
        }
    }
}
