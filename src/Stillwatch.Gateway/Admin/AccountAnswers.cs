using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Admin;

/// <summary>A change of one account. What is left out stays; an empty text takes a value away.</summary>
/// <param name="By">Who decides; required.</param>
/// <param name="Reason">Why; required.</param>
/// <param name="Create">Make a record even for an account that has no key.</param>
sealed record AccountOrder(
    string? By = null, string? Reason = null, VerificationLevel? Level = null, string? Status = null, string? Programme = null, string? Organization = null,
    string? DeclaredCountry = null, string? VerifiedCountry = null, string? PhoneCountry = null, string? BillingCountry = null, bool Create = false) : ISignedOrder;

/// <param name="Scope">A model's name or pattern; every model when left out.</param>
/// <param name="Until">The last day it holds; without end when left out.</param>
/// <param name="By">Who grants it; required.</param>
sealed record LicenceOrder(
    string? Purpose = null, string? Scope = null, DateOnly? Until = null, string? By = null, string? Reason = null, bool Create = false) : ISignedOrder;

sealed record RevocationOrder(string? By = null, string? Reason = null) : ISignedOrder;

/// <param name="Owners">Replaces all owners; left out, they stay.</param>
sealed record OrganizationOrder(
    string? By = null, string? Reason = null, VerificationLevel? Level = null, string? Country = null, IReadOnlyList<Ownership>? Owners = null, bool Create = false) : ISignedOrder;

/// <param name="Next">Send it as <c>after</c> for the next page; absent on the last one.</param>
sealed record AccountList(IReadOnlyList<AccountView> Accounts, string? Next);

/// <param name="Record">As contract 5.2 has it; only the id when there is no record.</param>
/// <param name="Level">What counts: the account's own level or its organization's.</param>
/// <param name="LevelUntil">When the account's own level runs out; absent when it does not.</param>
/// <param name="Closed">Every call is refused because of its status.</param>
/// <param name="History">Newest first, the last 100; absent in lists.</param>
sealed record AccountView(
    AccountRecord Record, VerificationLevel Level, DateTimeOffset? LevelUntil, bool Closed, OrganizationRecord? Organization, IReadOnlyList<RecordChange>? History);

sealed record OrganizationList(IReadOnlyList<OrganizationView> Organizations, string? Next);

/// <param name="Accounts">How many accounts' records name it.</param>
sealed record OrganizationView(OrganizationRecord Record, DateTimeOffset? LevelUntil, int Accounts, IReadOnlyList<RecordChange>? History);

/// <summary>What became of the lines of an import: lines = added + changed + unchanged + rejected.</summary>
/// <param name="Faults">The first hundred rejected lines.</param>
sealed record ImportAnswer(long Added, long Changed, long Unchanged, long Rejected, IReadOnlyList<LineFault> Faults);

/// <param name="Line">From 1.</param>
sealed record LineFault(long Line, string Reason);

/// <summary>The answer to a verification webhook.</summary>
sealed record ReportAnswer(string Id, ReportOutcome Outcome);

/// <summary>The JSON of accounts: as <see cref="AdminJson"/>, but what is not stated is left out, as in contract 5.2.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(AccountOrder))]
[JsonSerializable(typeof(LicenceOrder))]
[JsonSerializable(typeof(RevocationOrder))]
[JsonSerializable(typeof(OrganizationOrder))]
[JsonSerializable(typeof(AccountList))]
[JsonSerializable(typeof(OrganizationList))]
[JsonSerializable(typeof(ImportAnswer))]
[JsonSerializable(typeof(ReportAnswer))]
sealed partial class AccountJson : JsonSerializerContext
{
    /// <summary>The context to use.</summary>
    public static AccountJson Strict { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new LowerCaseEnum<VerificationLevel>(), new LowerCaseEnum<ChangeSource>(), new LowerCaseEnum<ReportOutcome>() },
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // application/json, never inside HTML
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowDuplicateProperties = false,
        WriteIndented = true,
        NewLine = "\n",
    });
}
