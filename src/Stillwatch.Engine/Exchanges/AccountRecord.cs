using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Exchanges;

/// <summary>What the operator knows of an account (contract 5.2). Payment and device are the operator's own opaque tokens.</summary>
public sealed record AccountRecord
{
    public required string Account { get; init; }

    public string? Organization { get; init; }

    public DateTimeOffset? Created { get; init; }

    public string? Status { get; init; }

    /// <summary>The level of identity verification reached; null means the operator does not say.</summary>
    public VerificationLevel? Verification { get; init; }

    /// <summary><c>education</c>, <c>research</c> or <c>startup</c>: the paths most abused, hence never an exemption.</summary>
    public string? Programme { get; init; }

    public string? Referral { get; init; }

    public string? EmailDomain { get; init; }

    public string? Payment { get; init; }

    public string? PaymentBin { get; init; }

    public string? Device { get; init; }

    public string? DeclaredCountry { get; init; }

    public string? VerifiedCountry { get; init; }

    public string? PhoneCountry { get; init; }

    public string? BillingCountry { get; init; }

    public string? SignupIp { get; init; }

    public Licence? Licence { get; init; }
}

/// <summary>How far an account's or an organization's identity was checked; each level includes those before it.</summary>
public enum VerificationLevel
{
    None,
    Contact,
    Payment,
    Person,
    Organization,
}

/// <summary>A registered purpose. It changes the response, never the detection.</summary>
/// <param name="Purpose"><c>distillation</c>, <c>evaluation</c>, <c>red-teaming</c>, <c>education</c> or <c>resale</c>.</param>
/// <param name="Scope">A model name, or null for all.</param>
/// <param name="Until">The last day it holds; null means without end.</param>
public sealed record Licence(string Purpose, string? Scope, DateOnly? Until, string? GrantedBy);

/// <summary>An organization and who owns it (contract 5.2).</summary>
public sealed record OrganizationRecord
{
    public required string Organization { get; init; }

    public string? Country { get; init; }

    public VerificationLevel? Verification { get; init; }

    public IReadOnlyList<Ownership> Owners { get; init; } = [];
}

/// <param name="ShareRatio">Share held, 0 to 1.</param>
public sealed record Ownership(string Owner, string? Country, double ShareRatio);

/// <summary>A reviewed third-party application (contract 5.2). Registration moves the reference class; it exempts nobody.</summary>
public sealed record AppRecord
{
    public required string App { get; init; }

    public string? Name { get; init; }

    public string? Owner { get; init; }

    public IReadOnlyList<string> ClientIds { get; init; } = [];

    /// <summary>User agents; a trailing <c>*</c> matches any rest.</summary>
    public IReadOnlyList<string> UserAgents { get; init; } = [];

    /// <summary><c>sha256:</c> digests of the app's system prompts.</summary>
    public IReadOnlyList<string> SystemPrompts { get; init; } = [];

    public DateOnly? Until { get; init; }

    public string? ReviewedBy { get; init; }
}

/// <summary>Reads and writes the records of contract 5.2: snake_case members, unknown members ignored, duplicates refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(LowerCaseEnum<VerificationLevel>)],
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(AccountRecord))]
[JsonSerializable(typeof(OrganizationRecord))]
[JsonSerializable(typeof(AppRecord))]
public sealed partial class RecordsJson : JsonSerializerContext;
