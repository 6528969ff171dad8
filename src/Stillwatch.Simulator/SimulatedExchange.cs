using System.Text.Json.Serialization;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Simulator;

/// <summary>What an exchange truly was (contract 5.4).</summary>
public enum ExchangeLabel
{
    /// <summary>An ordinary customer's.</summary>
    Benign,

    /// <summary>Part of a distillation.</summary>
    Harvest,

    /// <summary>An ordinary user served through an unlicensed relay.</summary>
    Resale,

    /// <summary>Sent by a campaign to look ordinary.</summary>
    Cover,
}

/// <summary>An exchange and its true label.</summary>
public readonly record struct SimulatedExchange(Exchange Exchange, ExchangeLabel Label);

/// <summary>One line of <c>truth.jsonl</c>.</summary>
/// <param name="Class"><c>campaign:name</c> or <c>benign:look-alike</c>.</param>
/// <param name="Verdict">The verdict a perfect judge gives; null for benign accounts.</param>
public sealed record AccountTruth(string Account, string? Organization, string Class, bool Malicious, Verdict? Verdict);

/// <summary>One line of <c>truth-exchanges.jsonl.gz</c>.</summary>
public sealed record ExchangeTruth(string Id, ExchangeLabel Label);

/// <summary>Reads and writes the truth files: snake_case, enums in lower case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(LowerCaseEnum<Verdict>), typeof(LowerCaseEnum<ExchangeLabel>)])]
[JsonSerializable(typeof(AccountTruth))]
[JsonSerializable(typeof(ExchangeTruth))]
public sealed partial class TruthJson : JsonSerializerContext;
