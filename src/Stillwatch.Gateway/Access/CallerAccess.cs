using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access;

/// <summary>What is known and held of a caller when its request arrives. Immutable; what changes later holds for the next request.</summary>
/// <param name="Response">What is enforced against the account; null for most.</param>
/// <param name="Level">Whose limits hold: the standing's, or <c>none</c> once the grace of <c>verify</c> is over.</param>
sealed record CallerAccess(PolicyInForce InForce, Standing Standing, AccountResponse? Response, VerificationLevel Level)
{
    public AccessPolicy Policy => InForce.Policy;
}
