using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Stillwatch.Engine.Judgement;

namespace Stillwatch.Engine.Responses;

/// <summary>What a rung needs before it is decided without a person.</summary>
/// <param name="MinConfidence">Confidence in the verdict, 0 to 1.</param>
/// <param name="MinFamilies">Evidence families that carry <paramref name="MinFamilyLogOdds"/> or more; never under 2.</param>
/// <param name="HardFamily">Whether one of them must be other than content and time; always true for restrictions.</param>
/// <param name="Automatic">False: only a person (a case) may decide it.</param>
public sealed record RungRule(double MinConfidence, int MinFamilies, double MinFamilyLogOdds, bool HardFamily, bool Automatic, int Days);

/// <summary>Thresholds per rung. Turns (verdict, confidence, evidence, licence) into a response.</summary>
/// <remarks>The default never withholds or suspends by itself: those follow from a case. Errors of a policy file are told all at once.</remarks>
public sealed record Policy
{
    public RungRule Verify { get; init; } = new(0.6, 2, 1.5, HardFamily: false, Automatic: true, Days: 14);

    public RungRule Shape { get; init; } = new(0.998, 2, 2, HardFamily: true, Automatic: true, Days: 14);

    public RungRule Withhold { get; init; } = new(0.999, 3, 2, HardFamily: true, Automatic: false, Days: 14);

    public RungRule Suspend { get; init; } = new(0.9999, 3, 3, HardFamily: true, Automatic: false, Days: 30);

    /// <summary>How far confidence must fall below a rung's threshold before the rung is left, nats: stops flicker.</summary>
    public double HysteresisLogOdds { get; init; } = 1;

    /// <summary>Names the policy: the first 16 hex digits of the SHA-256 of its canonical JSON.</summary>
    [JsonIgnore]
    public string Hash =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this, PolicyJson.Default.Policy)))[..16];

    public RungRule RuleOf(Rung rung) => rung switch
    {
        Rung.Verify => Verify,
        Rung.Shape => Shape,
        Rung.Withhold => Withhold,
        Rung.Suspend => Suspend,
        _ => throw new ArgumentOutOfRangeException(nameof(rung), rung, "Observing needs no rule."),
    };

    /// <summary>Every fault of the policy, each naming the key, the value and the legal range; empty when it is sound.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        foreach (var rung in new[] { Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend })
        {
            var (rule, name) = (RuleOf(rung), rung.ToString().ToLowerInvariant());
            void Check(bool ok, string key, object value, string legal)
            {
                if (!ok)
                {
                    faults.Add($"{name}.{key} is {value}; it must be {legal}.");
                }
            }

            Check(rule.MinConfidence is > 0.5 and <= 1, "min_confidence", rule.MinConfidence, "over 0.5, at most 1");
            Check(rule.MinFamilies is >= 2 and <= 5, "min_families", rule.MinFamilies, "2 to 5: one family never restricts anybody");
            Check(rule.MinFamilyLogOdds is >= 0.5 and <= 6, "min_family_log_odds", rule.MinFamilyLogOdds, "0.5 to 6 nats");
            Check(rule.HardFamily || rung == Rung.Verify, "hard_family", rule.HardFamily, "true from shape on");
            Check(!rule.Automatic || rung < Rung.Withhold, "automatic", rule.Automatic, "false from withhold on: a person decides those");
            Check(rule.Days is >= 1 and <= 365, "days", rule.Days, "1 to 365: every response has an end");
        }

        if (!(Verify.MinConfidence <= Shape.MinConfidence && Shape.MinConfidence <= Withhold.MinConfidence && Withhold.MinConfidence <= Suspend.MinConfidence))
        {
            faults.Add("min_confidence must not fall from verify to shape, withhold and suspend: a stricter rung needs more.");
        }

        if (HysteresisLogOdds is < 0 or > 3)
        {
            faults.Add($"hysteresis_log_odds is {HysteresisLogOdds}; it must be 0 to 3 nats.");
        }

        return faults;
    }

    /// <summary>The strictest rung that may be decided without a person.</summary>
    /// <param name="held">The rung decided before, which is kept while confidence stays within the hysteresis.</param>
    /// <param name="isConclusive">Whether our own outputs, handed round, say so by themselves: that asks for verification from even odds on, never for more.</param>
    public Rung Decide(Verdict verdict, double logit, IReadOnlyDictionary<string, double> familyLogOdds, Rung held, bool isConclusive = false)
    {
        if (verdict == Verdict.Automation)
        {
            return Rung.Observe;
        }

        var most = verdict == Verdict.Resale ? Rung.Shape : Rung.Suspend;
        for (var rung = most; rung > Rung.Observe; rung--)
        {
            var rule = RuleOf(rung);
            var needed = Logit(rule.MinConfidence) - (rung <= held ? HysteresisLogOdds : 0);
            var carrying = familyLogOdds.Where(f => f.Value >= rule.MinFamilyLogOdds).Select(f => f.Key).ToList();
            var hard = carrying.Exists(f => f is not ("content" or "time"));
            if (rule.Automatic && logit >= needed && carrying.Count >= rule.MinFamilies && (hard || !rule.HardFamily))
            {
                return rung;
            }
        }

        return isConclusive && Verify.Automatic && logit >= 0 ? Rung.Verify : Rung.Observe;
    }

    /// <summary>ln(p / (1 - p)).</summary>
    public static double Logit(double probability) => Math.Log(probability / (1 - probability));
}

/// <summary>A policy as JSON: snake_case, unknown keys refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    ReadCommentHandling = JsonCommentHandling.Skip,
    WriteIndented = false)]
[JsonSerializable(typeof(Policy))]
public sealed partial class PolicyJson : JsonSerializerContext;
