using System.Text.Json.Serialization;

namespace Stillwatch.Verbs;

/// <summary>What <c>serve --check --json</c> prints.</summary>
sealed record CheckResult(bool Valid, string[] Faults, string[] Warnings);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CheckResult))]
sealed partial class CheckJson : JsonSerializerContext;
