using System.Diagnostics.CodeAnalysis;
using Stillwatch.Engine.Exchanges;
using Share = Stillwatch.Engine.Exchanges.Ownership; // beside us stands a namespace of that name

namespace Stillwatch.Storage.Accounts;

/// <summary>
/// Whether a record means something to us. A word that nobody acts on would be worse than a refusal: a misspelt licence would license
/// nothing, a misspelt country pass every rule.
/// </summary>
public static class RecordCheck
{
    public const int MaxIdLength = 256;

    public const string Purposes = "distillation, evaluation, red-teaming, education or resale";

    public const string Programmes = "education, research or startup";

    public const string Statuses = "active, suspended or closed";

    /// <summary>Owners of one organization; each is a step of every walk over the ownership graph.</summary>
    const int MaxOwners = 1000;

    /// <summary>Checks a record and puts its countries into upper case, empty texts to null.</summary>
    /// <param name="fault">What is wrong, with the value and the cure; no full stop.</param>
    public static bool TryClean(AccountRecord record, [NotNullWhen(true)] out AccountRecord? clean, [NotNullWhen(false)] out string? fault)
    {
        clean = null;
        fault = Id("account", record.Account)
            ?? (Empty(record.Organization) is { } organization ? Id("organization", organization) : null)
            ?? Country("declared_country", record.DeclaredCountry) ?? Country("verified_country", record.VerifiedCountry)
            ?? Country("phone_country", record.PhoneCountry) ?? Country("billing_country", record.BillingCountry)
            ?? (Empty(record.Programme) is { } programme ? Programme(programme) : null)
            ?? (record.Licence is { } licence ? Of(licence) : null);
        if (fault is not null)
        {
            return false;
        }

        clean = record with
        {
            Organization = Empty(record.Organization), Status = Empty(record.Status)?.ToLowerInvariant(), Programme = Empty(record.Programme),
            DeclaredCountry = Upper(record.DeclaredCountry), VerifiedCountry = Upper(record.VerifiedCountry),
            PhoneCountry = Upper(record.PhoneCountry), BillingCountry = Upper(record.BillingCountry),
        };
        return true;
    }

    public static bool TryClean(OrganizationRecord record, [NotNullWhen(true)] out OrganizationRecord? clean, [NotNullWhen(false)] out string? fault)
    {
        clean = null;
        var owners = record.Owners ?? []; // a line without owners is read as null, whatever the type says
        fault = Id("organization", record.Organization) ?? Country("country", record.Country)
            ?? (owners.Count > MaxOwners ? $"owners holds {owners.Count} entries: at most {MaxOwners}" : null)
            ?? owners.Select(Of).FirstOrDefault(found => found is not null);
        if (fault is not null)
        {
            return false;
        }

        clean = record with { Country = Upper(record.Country), Owners = [.. owners.Select(owner => owner with { Country = Upper(owner.Country) })] };
        return true;
    }

    /// <summary>Null when the licence is one that policy knows.</summary>
    public static string? Of(Licence licence) =>
        licence.Purpose is not ("distillation" or "evaluation" or "red-teaming" or "education" or "resale")
            ? $"licence.purpose {Shown(licence.Purpose)}: name {Purposes}"
        : licence.Scope is { } scope && (scope.Length is 0 or > MaxIdLength || scope.Any(char.IsControl))
            ? $"licence.scope: a model's name or a pattern with *, at most {MaxIdLength} characters; leave it out for every model"
        : licence.GrantedBy is { } by && (by.Length > MaxIdLength || by.Any(char.IsControl)) ? $"licence.granted_by: at most {MaxIdLength} characters, no control characters"
        : null;

    public static string? Programme(string programme) =>
        programme is "education" or "research" or "startup" ? null : $"programme {Shown(programme)}: name {Programmes}";

    /// <summary>Null when a record may have this id: any text of 1 to 256 characters without control characters.</summary>
    public static string? Id(string member, string? id) => string.IsNullOrEmpty(id) || id.Length > MaxIdLength || id.Any(char.IsControl)
        ? $"{member}: 1 to {MaxIdLength} characters, no control characters"
        : null;

    /// <summary>Null when it is none or an ISO 3166-1 alpha-2 code, in upper or lower case.</summary>
    public static string? Country(string member, string? stated) =>
        string.IsNullOrEmpty(stated) || (stated.Length == 2 && stated.All(char.IsAsciiLetter))
            ? null
            : $"{member} {Shown(stated)}: two letters of ISO 3166-1, such as DE";

    // A list may hold null whatever its type says.
    static string? Of(Share? owner, int index) => owner is null
        ? $"owners[{index}] is null: name an owner and its share_ratio"
        : Id($"owners[{index}].owner", owner.Owner) ?? Country($"owners[{index}].country", owner.Country)
            ?? (owner.ShareRatio is >= 0 and <= 1 ? null : $"owners[{index}].share_ratio {owner.ShareRatio}: from 0 to 1, so 51 % is 0.51");

    static string? Upper(string? country) => Empty(country)?.ToUpperInvariant();

    static string? Empty(string? text) => string.IsNullOrEmpty(text) ? null : text;

    static string Shown(string? text) => text is null ? "(none)" : new string([.. text.Take(40).Where(c => !char.IsControl(c))]);
}
