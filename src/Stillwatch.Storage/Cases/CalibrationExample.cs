using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Storage.Cases;

/// <summary>A judgement and what people found it to be: what the weights of evidence are measured by.</summary>
/// <param name="Label"><c>campaign</c> when it was upheld, <c>benign</c> when it was overturned.</param>
/// <param name="Logit">What detection said, nats: prior, evidence and calibration together.</param>
public sealed record CalibrationExample(
    string Case, DateTimeOffset At, string Label, Verdict Verdict, double PriorLogOdds, double Logit, int Accounts, IReadOnlyList<EvidenceItem> Evidence)
{
    public static CalibrationExample Of(Case from, CaseState state, DateTimeOffset at) => new(
        from.Id, at, state == CaseState.Overturned ? "benign" : "campaign", from.Verdict, from.PriorLogOdds,
        from.PriorLogOdds + from.Evidence.Sum(item => item.LogOdds) + from.CalibrationLogOdds, from.Accounts.Count, from.Evidence);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(LowerCaseEnum<Verdict>)])]
[JsonSerializable(typeof(CalibrationExample))]
public sealed partial class CalibrationJson : JsonSerializerContext;
