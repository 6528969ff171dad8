using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Console.Reports;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Verbs;

/// <summary>What <c>explain --json</c> prints, one per campaign or per campaign that holds the account.</summary>
/// <param name="Logit">Null when the confidence is exactly 0 or 1.</param>
public sealed record Explanation(
    string Subject, double PriorLogOdds, IReadOnlyList<EvidenceItem> Evidence, double CalibrationLogOdds,
    double SumLogOdds, double Confidence, double? Logit, bool Agrees);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(List<Explanation>))]
sealed partial class ExplanationJson : JsonSerializerContext
{
    static readonly ExplanationJson Readable = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
    });

    public static string Write(IEnumerable<Ledger> ledgers) =>
        JsonSerializer.Serialize(ledgers.Select(Of).ToList(), Readable.ListExplanation);

    static Explanation Of(Ledger ledger) => new(
        ledger.Subject, ledger.Prior, ledger.Items, ledger.Calibration, ledger.Sum, ledger.Confidence,
        double.IsFinite(ledger.Logit) ? ledger.Logit : null, ledger.Agrees);
}
