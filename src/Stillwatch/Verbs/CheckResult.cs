using System.Text.Json.Serialization;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Verbs;

/// <summary>What <c>serve --check --json</c> and <c>policy check --json</c> print.</summary>
sealed record CheckResult(bool Valid, string[] Faults, string[] Warnings)
{
    public static CheckResult Of(bool isValid, IEnumerable<ConfigFault> faults, IEnumerable<ConfigFault> warnings) =>
        new(isValid, [.. faults.Select(fault => fault.ToString())], [.. warnings.Select(warning => warning.ToString())]);

    /// <summary>Says it to a person.</summary>
    public void Tell(TextWriter error)
    {
        foreach (var fault in Faults)
        {
            error.WriteLine(fault);
        }

        foreach (var warning in Warnings)
        {
            error.WriteLine($"{warning} (a warning)");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(CheckResult))]
sealed partial class CheckJson : JsonSerializerContext;
