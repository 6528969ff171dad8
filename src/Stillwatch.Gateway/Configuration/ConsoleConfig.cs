namespace Stillwatch.Gateway.Configuration;

/// <summary>How people sign in to the console.</summary>
/// <param name="SessionLength">A session ends after so long, whatever happens.</param>
/// <param name="SessionIdle">A session nobody used for so long has ended.</param>
/// <param name="OpenId">Null: by links that an admin makes.</param>
sealed record ConsoleConfig(TimeSpan SessionLength, TimeSpan SessionIdle, OpenIdConfig? OpenId)
{
    public static ConsoleConfig Standard { get; } = new(TimeSpan.FromHours(12), TimeSpan.FromHours(1), null);
}

/// <summary>An identity provider, and which values of a claim mean which role here.</summary>
/// <param name="ClientSecret">Null for a public client. Never logged.</param>
/// <param name="Roles">Value of the role claim, and the role it gives.</param>
sealed record OpenIdConfig(
    Uri Authority, string ClientId, string? ClientSecret, string NameClaim, string RoleClaim, IReadOnlyList<(string Value, string Role)> Roles)
{
    public bool Equals(OpenIdConfig? other) => other is not null && Authority == other.Authority && ClientId == other.ClientId
        && ClientSecret == other.ClientSecret && NameClaim == other.NameClaim && RoleClaim == other.RoleClaim && Roles.SequenceEqual(other.Roles);

    public override int GetHashCode() => HashCode.Combine(Authority, ClientId);

    public override string ToString() => $"{Authority} as {ClientId}";
}
