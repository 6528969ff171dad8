using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Verification;

/// <summary>What a vendor reports: somebody has reached a level of verification, or has lost it.</summary>
sealed record VerificationEvent
{
    public const int MaxIdLength = 128;

    public required string Id { get; init; }

    /// <summary>One of the two is named.</summary>
    public string? Account { get; init; }

    public string? Organization { get; init; }

    /// <summary>The level reached; with <see cref="Revoked"/> the one that is left, <c>none</c> when it is not said.</summary>
    public VerificationLevel? Level { get; init; }

    /// <summary>Without it an event never lowers a level.</summary>
    public bool Revoked { get; init; }

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? VerifiedCountry { get; init; }

    /// <summary>From then on the level is what it was without this verification.</summary>
    public DateTimeOffset? Expires { get; init; }

    public string? Vendor { get; init; }

    /// <summary>When it happened, whenever it is delivered; the signature's time when it is not said.</summary>
    public DateTimeOffset? OccurredAt { get; init; }

    /// <summary>Reads an event. Members we do not know are passed over, a member that stands there twice is a fault.</summary>
    /// <param name="fault">What is wrong; says names and never a value.</param>
    public static bool TryParse(ReadOnlySpan<byte> body, [NotNullWhen(true)] out VerificationEvent? read, [NotNullWhen(false)] out string? fault)
    {
        read = null;
        try
        {
            read = JsonSerializer.Deserialize(body, VerificationJson.Default.VerificationEvent);
            fault = read is null ? "the body is null" : read.Fault();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // the second: half of a surrogate pair
        {
            fault = $"the body is no such JSON object as docs/accounts.md describes, at {(e as JsonException)?.Path ?? "$"}";
        }

        read = fault is null ? read : null;
        return fault is null;
    }

    string? Fault()
    {
        if (Id.Length is 0 or > MaxIdLength || !Id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or ':'))
        {
            return $"id: 1 to {MaxIdLength} letters, digits, _ - . or :";
        }

        if (Account is null == Organization is null)
        {
            return "name either an account or an organization";
        }

        return (Account is null ? null : RecordCheck.Id("account", Account)) ?? (Organization is null ? null : RecordCheck.Id("organization", Organization))
            ?? (Level is null && !Revoked ? "level is missing: none, contact, payment, person or organization" : null)
            ?? (VerifiedCountry is null || (VerifiedCountry.Length == 2 && VerifiedCountry.All(char.IsAsciiLetter)) ? null : "verified_country: two letters of ISO 3166-1")
            ?? (Vendor is null || (Vendor.Length <= MaxIdLength && !Vendor.Any(char.IsControl)) ? null : $"vendor: at most {MaxIdLength} characters, no control characters");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(LowerCaseEnum<VerificationLevel>)],
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(VerificationEvent))]
sealed partial class VerificationJson : JsonSerializerContext;
