using Stillwatch.Gateway.Access;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Keys;

/// <summary>What a key is asked for with.</summary>
sealed record KeyRequest(string Account)
{
    /// <summary>Longest account, organization and name, in UTF-16 units; they end up in every row of the exchange log.</summary>
    public const int MaxTextLength = 256;

    public string? Organization { get; init; }

    public string? Name { get; init; }

    public KeyScopes Scopes { get; init; } = KeyScopes.All;

    /// <summary>Null for a key that does not expire.</summary>
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What is wrong with it, as a sentence that names the thing, the value and the cure; null when nothing is.</summary>
    public string? Fault(DateTimeOffset now) => (Account, Organization, Name) switch
    {
        _ when Unfit(Account) is { } why => $"account {why}: name the account that pays for the key",
        _ when Organization is not null && Unfit(Organization) is { } why => $"organization {why}: leave it out, or name one",
        _ when Name is not null && Unfit(Name) is { } why => $"name {why}: leave it out, or give one",
        _ when Scopes == KeyScopes.None => $"the key would have no scope: name at least one of {ScopeNames.Known}",
        _ when Expires <= now => $"expires {Expires:O} is not in the future: name a later time",
        _ => null,
    };

    static string? Unfit(string text) =>
        string.IsNullOrWhiteSpace(text) ? "is empty"
        : text.Length > MaxTextLength ? $"has {text.Length} characters, {MaxTextLength} are allowed"
        : text.Any(char.IsControl) ? "holds a control character"
        : null;
}

/// <summary>A key just made, with its text: the only moment it exists outside the caller's hands.</summary>
/// <remarks>No record, so that nothing prints it by accident.</remarks>
sealed class IssuedKey(StoredKey key, string text)
{
    public StoredKey Key { get; } = key;

    /// <summary>The secret. To be shown once and not kept.</summary>
    public string Text { get; } = text;

    public override string ToString() => Key.Id;
}
