using System.Text.Json;
using System.Text.Json.Serialization;

namespace Stillwatch.Engine.Judgement;

/// <summary>What was learned of an operator's own traffic in a period of observing: the file <c>calibration.json</c>.</summary>
/// <remarks>
/// The map is the engine's, moved by outcomes and held to it by a prior and by bounds. Outcomes: rings that people upheld or overturned, one each; and the rings of the
/// period that the evidence did not accuse, taken for benign, all of them together worth <see cref="UnaccusedWeight"/>. Rings that were accused and that nobody decided on
/// teach nothing. A campaign that ran through the period below accusation is learned as benign: what that can do is bounded here and in <see cref="Calibration"/>.
/// </remarks>
/// <param name="Version">Of the form of the file.</param>
/// <param name="Engine">The engine that made it: evidence of another weighs otherwise, so it is refused.</param>
/// <param name="Campaigns">Outcomes that people upheld.</param>
/// <param name="Benign">Outcomes that people overturned.</param>
/// <param name="Unaccused">Rings of the period that nobody accused.</param>
public sealed record LearnedCalibration(
    int Version, string Engine, CalibrationMap Map, int Campaigns, int Benign, int Unaccused, TrafficProfile Profile)
{
    public const int FormVersion = 1;

    /// <summary>What unaccused rings are worth together, in outcomes that somebody looked at.</summary>
    public const double UnaccusedWeight = 50;

    /// <summary>How far a learned map may be from the engine's: slopes, and the intercept in nats.</summary>
    public const double MaxSlopeMove = 0.4;

    public const double MaxInterceptMove = 1.5;

    const double SlopeSpread = 0.15;
    const double InterceptSpread = 0.5;

    /// <summary>The running engine's version, as a file must name it.</summary>
    public static string EngineVersion { get; } = typeof(LearnedCalibration).Assembly.GetName().Version!.ToString(3);

    /// <summary>Learns from a detector at the end of the period.</summary>
    /// <param name="decided">Rings that people decided on: sum of prior and evidence for being a campaign, nats, and what they found.</param>
    public static LearnedCalibration From(CampaignDetector detector, IReadOnlyList<Outcome> decided, TimeSpan window)
    {
        List<JudgedRing> unaccused = [.. detector.Candidates.Where(r => r.IsBenign).DistinctBy(r => r.Ring.MembersHash)];
        var weight = unaccused.Count == 0 ? 0 : Math.Min(1, UnaccusedWeight / unaccused.Count);
        return new LearnedCalibration(
            FormVersion, EngineVersion, Fit([.. decided, .. unaccused.Select(r => new Outcome(r.Sum, false, weight))]),
            decided.Count(o => o.IsCampaign), decided.Count(o => !o.IsCampaign), unaccused.Count, detector.Profile(window));
    }

    /// <summary>The engine's map, moved by <paramref name="outcomes"/> within the bounds.</summary>
    public static CalibrationMap Fit(IReadOnlyList<Outcome> outcomes)
    {
        var (shipped, fitted) = (CalibrationMap.Shipped, CalibrationFit.Of(outcomes, CalibrationMap.Shipped, SlopeSpread, InterceptSpread));
        double Near(double value, double centre, double most) => Math.Clamp(value, centre - most, centre + most);
        return new CalibrationMap(
            Math.Max(CalibrationMap.MinSlope, Near(fitted.Below, shipped.Below, MaxSlopeMove)),
            Math.Max(CalibrationMap.MinSlope, Near(fitted.Above, shipped.Above, MaxSlopeMove)), Near(fitted.Intercept, shipped.Intercept, MaxInterceptMove));
    }

    /// <summary>What is wrong with a file of this content, as a sentence with its cure; null when it can be used.</summary>
    public static (LearnedCalibration? Learned, string? Fault) Parse(ReadOnlySpan<byte> json)
    {
        const string Cure = "Learn anew with: stillwatch calibrate.";
        LearnedCalibration? learned;
        try
        {
            learned = JsonSerializer.Deserialize(json, CalibrationFileJson.Default.LearnedCalibration);
        }
        catch (JsonException e)
        {
            return (null, json.IsEmpty ? $"is empty. {Cure}" : $"is no calibration (line {e.LineNumber + 1}). {Cure}");
        }

        if (learned is not { Map: not null, Profile.Kinds: not null })
        {
            return (null, $"is no calibration: map or profile is missing. {Cure}");
        }

        return learned.Version != FormVersion ? (null, $"has version {learned.Version}; this engine reads version {FormVersion}. {Cure}")
            : learned.Engine != EngineVersion ? (null, $"was learned by engine {learned.Engine}, whose evidence weighs otherwise than that of {EngineVersion}. {Cure}")
            : !learned.Map.IsSound || !IsNear(learned.Map) ? (null, $"has a map {learned.Map} beyond what may be learned from the engine's {CalibrationMap.Shipped}. {Cure}")
            : learned.Profile.To <= learned.Profile.From ? (null, $"has a profile that ends at {learned.Profile.To:O}, before it begins. {Cure}")
            : (learned, null);
    }

    static bool IsNear(CalibrationMap map)
    {
        const double Rounding = 1e-9;
        var shipped = CalibrationMap.Shipped;
        return Math.Abs(map.Below - shipped.Below) <= MaxSlopeMove + Rounding && Math.Abs(map.Above - shipped.Above) <= MaxSlopeMove + Rounding
            && Math.Abs(map.Intercept - shipped.Intercept) <= MaxInterceptMove + Rounding;
    }

    /// <summary>The file's content.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, CalibrationFileJson.Default.LearnedCalibration);

    /// <summary>What a report says of it, given what the traffic of as long a window is like now.</summary>
    public CalibrationStatus StatusAt(TrafficProfile now)
    {
        var drift = Profile.DriftTo(now);
        return new CalibrationStatus(Profile.From, Profile.To, Campaigns, Benign, Unaccused, drift, drift.Count > 0 && drift.Values.Max() >= CalibrationStatus.Drifted);
    }
}

/// <summary>What a report says of the calibration it was made with.</summary>
/// <param name="Drift">Population stability index by kind of trait, against the traffic it was learned on: under 0.1 nothing, from 0.25 on another population.</param>
/// <param name="HasDrifted">Some kind is at 0.25 or more: learn anew.</param>
public sealed record CalibrationStatus(
    DateTimeOffset From, DateTimeOffset To, int Campaigns, int Benign, int Unaccused, IReadOnlyDictionary<string, double> Drift, bool HasDrifted)
{
    /// <summary>The index from which credit scoring calls a population another one (Siddiqi 2006).</summary>
    public const double Drifted = 0.25;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false, WriteIndented = true)]
[JsonSerializable(typeof(LearnedCalibration))]
sealed partial class CalibrationFileJson : JsonSerializerContext;
