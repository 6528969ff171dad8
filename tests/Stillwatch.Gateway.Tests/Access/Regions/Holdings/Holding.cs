using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Holdings;

namespace Stillwatch.Gateway.Tests.Access.Regions.Holdings;

/// <summary>Records of organizations in short: <c>Held("a", "US", ("b", 0.6), ("c", 0.4))</c>.</summary>
static class Holding
{
    public static OrganizationRecord Held(string organization, string? country, params (string Owner, double Share)[] owners) =>
        new() { Organization = organization, Country = country, Owners = [.. owners.Select(owner => Owner(owner.Owner, owner.Share))] };

    /// <summary>An owner without a record states its country in its name: <c>person@KP</c>.</summary>
    static Ownership Owner(string name, double share) => new(name, name.Contains('@') ? name[(name.IndexOf('@') + 1)..] : null, share);

    public static OwnedShare Share(
        IReadOnlyCollection<OrganizationRecord> records, string organization, string country = "KP", OwnershipReading reading = OwnershipReading.Multiplied) =>
        OwnershipGraph.Of(records).Shares(stated => stated == country, reading).Of(organization)!.Value;
}
