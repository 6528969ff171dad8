using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Engine.Exchanges;
using Share = Stillwatch.Engine.Exchanges.Ownership; // beside us stands a namespace of that name

namespace Stillwatch.Storage.Accounts;

/// <summary>One of the two kinds of record that are kept here, and how to read and write one. Immutable.</summary>
public sealed class RecordKind<T>
    where T : class
{
    /// <summary>As the table has it.</summary>
    public required int Number { get; init; }

    /// <summary><c>account</c> or <c>organization</c>, for messages.</summary>
    public required string Name { get; init; }

    public required Func<T, string> Id { get; init; }

    public required Func<T, VerificationLevel?> Level { get; init; }

    public required Func<T, VerificationLevel?, T> WithLevel { get; init; }

    public required JsonTypeInfo<T> Json { get; init; }

    /// <summary>What columns beside the JSON hold, so that lists can be cut by it: organization, status, programme.</summary>
    public required Func<T, (string? Organization, string? Status, string? Programme)> Columns { get; init; }

    /// <summary>The members whose changes are kept for good.</summary>
    public required IReadOnlyList<TrackedMember<T>> Tracked { get; init; }

    internal string Write(T record) => JsonSerializer.Serialize(record, Json);

    internal T Read(string json) => JsonSerializer.Deserialize(json, Json)!;

    /// <summary>The second record, with the first one's values wherever it is silent.</summary>
    internal T Overlay(T under, T over)
    {
        var merged = JsonSerializer.SerializeToNode(under, Json)!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(over, Json)!.AsObject())
        {
            merged[name] = value?.DeepClone();
        }

        return merged.Deserialize(Json)!;
    }
}

/// <summary>A member whose every change stands in the history.</summary>
/// <param name="Name">As contract 5.2 spells it.</param>
/// <param name="Read">Its value as text; null when it is not stated.</param>
/// <param name="Copy">The first record with the second one's value.</param>
public sealed record TrackedMember<T>(string Name, Func<T, string?> Read, Func<T, T, T> Copy);

/// <summary>The kinds there are.</summary>
public static class RecordKinds
{
    /// <summary>Name of the member that holds the level, in both kinds.</summary>
    public const string Verification = "verification";

    public static RecordKind<AccountRecord> Account { get; } = new()
    {
        Number = 0,
        Name = "account",
        Id = record => record.Account,
        Level = record => record.Verification,
        WithLevel = (record, level) => record with { Verification = level },
        Json = RecordsJson.Default.AccountRecord,
        Columns = record => (record.Organization, record.Status, record.Programme),
        Tracked =
        [
            new(Verification, r => Text(r.Verification), (to, from) => to with { Verification = from.Verification }),
            new("status", r => r.Status, (to, from) => to with { Status = from.Status }),
            new("licence", r => Text(r.Licence), (to, from) => to with { Licence = from.Licence }),
            new("programme", r => r.Programme, (to, from) => to with { Programme = from.Programme }),
            new("organization", r => r.Organization, (to, from) => to with { Organization = from.Organization }),
            new("declared_country", r => r.DeclaredCountry, (to, from) => to with { DeclaredCountry = from.DeclaredCountry }),
            new("verified_country", r => r.VerifiedCountry, (to, from) => to with { VerifiedCountry = from.VerifiedCountry }),
            new("phone_country", r => r.PhoneCountry, (to, from) => to with { PhoneCountry = from.PhoneCountry }),
            new("billing_country", r => r.BillingCountry, (to, from) => to with { BillingCountry = from.BillingCountry }),
        ],
    };

    public static RecordKind<OrganizationRecord> Organization { get; } = new()
    {
        Number = 1,
        Name = "organization",
        Id = record => record.Organization,
        Level = record => record.Verification,
        WithLevel = (record, level) => record with { Verification = level },
        Json = RecordsJson.Default.OrganizationRecord,
        Columns = _ => default,
        Tracked =
        [
            new(Verification, r => Text(r.Verification), (to, from) => to with { Verification = from.Verification }),
            new("country", r => r.Country, (to, from) => to with { Country = from.Country }),
            new("owners", r => Text(r.Owners), (to, from) => to with { Owners = from.Owners }),
        ],
    };

    /// <summary>A licence as the history and people have it.</summary>
    public static string Say(Licence licence)
    {
        var end = licence.Until is { } until ? $"until {until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}" : "without end";
        return $"{licence.Purpose} of {licence.Scope ?? "every model"}, {end}, granted by {licence.GrantedBy ?? "nobody named"}";
    }

    static string? Text(VerificationLevel? level) => level?.ToString().ToLowerInvariant();

    static string? Text(Licence? licence) => licence is null ? null : Say(licence);

    static string? Text(IReadOnlyList<Share> owners) => owners.Count == 0
        ? null
        : string.Join("; ", owners.Select(owner => string.Create(
            CultureInfo.InvariantCulture, $"{owner.Owner} ({owner.Country ?? "country unknown"}) {owner.ShareRatio}")));
}
