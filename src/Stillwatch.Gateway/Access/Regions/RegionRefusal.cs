using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>What a caller is told whom a region rule refuses: which fact it was, and how to have it corrected.</summary>
static class RegionRefusal
{
    /// <summary>The API's own way to appeal, open to refused callers too.</summary>
    public const string AppealPath = "/stillwatch/v1/appeals";

    /// <summary>Repeating the call cannot help: the answer is the same until a record or the rule changes.</summary>
    public static GatewayError Of(RegionDecision decision, AccessPolicy policy)
    {
        // Shares in an organization are its owners' business: a caller who is only its member is not told them.
        var fact = decision.Fact == RegionFact.OwnerCountry
            ? $"{ReadyRule.NameOf(decision.Fact)}, is not as the rule requires"
            : decision.Says;
        var appeal = policy.AppealUrl is { } url ? $"{url} or POST {AppealPath}" : $"POST {AppealPath}";
        var message = $"This call is refused by the region rule '{decision.Rule}': {fact}. If that is wrong, have the record corrected or appeal: {appeal}.";
        return new(403, decision.Code, message)
        {
            ShouldRetry = false,
        };
    }
}
