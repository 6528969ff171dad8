using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>What single keys cannot tell: rules that contradict each other are faults, rules that would silently do nothing are faults or warnings.</summary>
sealed class PolicyChecks(AccessPolicy policy, ConfigNotes notes)
{
    static readonly Rung[] Rungs = [Rung.Verify, Rung.Shape, Rung.Withhold, Rung.Suspend];

    public void Run()
    {
        Ladder();
        Responses();
        Levels();
        for (var i = 0; i < policy.Regions.Rules.Count; i++)
        {
            Region(policy.Regions.Rules[i], $"regions.rules[{i}]");
        }

        Limits();
    }

    void Ladder()
    {
        for (var i = 1; i < Rungs.Length; i++)
        {
            var (milder, stricter) = (policy.Ladder.RuleOf(Rungs[i - 1]), policy.Ladder.RuleOf(Rungs[i]));
            if (stricter.MinConfidence < milder.MinConfidence)
            {
                notes.Fault(
                    $"ladder.{PolicyWords.Rungs.Of(Rungs[i])}.min_confidence",
                    $"{stricter.MinConfidence} is less than {PolicyWords.Rungs.Of(Rungs[i - 1])} needs ({milder.MinConfidence}); a stricter rung needs as much or more.");
            }
        }

        if (policy.Mode == PolicyMode.Enforce && policy.Ladder is { Verify.Automatic: false, Shape.Automatic: false })
        {
            notes.Warn("ladder", "no rung is automatic: nothing happens to anybody until a person decides a case.");
        }
    }

    void Responses()
    {
        var (refused, from) = (policy.Responses.RefusedCues, policy.Responses.RefuseFrom);
        if (refused != Capabilities.None && policy.Mode == PolicyMode.Observe)
        {
            notes.Warn("responses.refuse.cues", "nothing is refused while mode is observe.");
        }
        else if (refused != Capabilities.None && !Rungs.Any(rung => rung >= from && policy.Ladder.RuleOf(rung).Automatic))
        {
            notes.Warn(
                "responses.refuse.from",
                $"only a person, in a case, decides {PolicyWords.Rungs.Of(from)} or above, so nothing is refused before; write 'from: shape' to refuse without one.");
        }
        else if (refused == Capabilities.None && notes.Has("responses.refuse.from"))
        {
            notes.Warn("responses.refuse.from", "refuses nothing without cues; name some.");
        }

        if (policy.Displacement.IsOn && policy.Mode == PolicyMode.Observe)
        {
            notes.Warn("displacement.on", "no trial runs while mode is observe: only accounts held at shape are tested.");
        }
    }

    void Levels()
    {
        for (var i = 0; i < policy.Levels.Rules.Count; i++)
        {
            var rule = policy.Levels.Rules[i];
            if (rule.Needs == VerificationLevel.None && notes.Has($"levels[{i}].needs") && !notes.Blames($"levels[{i}].needs"))
            {
                notes.Fault($"levels[{i}].needs", "everybody has level none, so the rule does nothing; write contact, payment, person or organization.");
            }

            if (rule is { Feature: GatedFeature.Files, Models.Count: > 0 })
            {
                notes.Fault($"levels[{i}].models", "files belong to no model; remove the line.");
            }
        }

        if (policy.VerifyUrl is null && policy.Levels.Rules.Any(rule => rule.Mode == RuleMode.Enforce))
        {
            notes.Warn("levels", "refusals cannot say where to reach a higher level; write verify_url.");
        }
    }

    // What the rules of a policy that was read cannot tell any more; the rest is RegionChecks' to say.
    void Region(RegionRule rule, string path)
    {
        if (notes.Has($"{path}.allow") && notes.Has($"{path}.refuse"))
        {
            notes.Fault($"{path}.refuse", "stands beside allow; a rule has one of the two.");
        }

        foreach (var key in (string[])["min_owned_ratio", "ownership"])
        {
            if (notes.Has($"{path}.{key}") && rule.Facts.Count > 0 && !rule.Facts.Contains(RegionFact.OwnerCountry))
            {
                notes.Fault($"{path}.{key}", "is for the fact owner_country; add it to facts, or remove the line.");
            }
        }
    }

    void Limits()
    {
        var limits = policy.Limits;
        var spends = limits.Rules.Where(rule => rule.Meter == Meter.SpendNanoUsd).ToList();
        if (spends.Count > 0 && limits.Prices.Count == 0 && !notes.Blames("limits.prices"))
        {
            notes.Fault("limits.prices", "is missing, and a limit on spend without prices limits nothing; state what models cost.");
        }
        else if (spends.Count > 0 && !limits.Prices.Any(price => ModelPattern.Covers(price.Models, ModelPattern.Any.ToString())))
        {
            notes.Warn("limits.prices", "a model that no price matches spends nothing; end the list with one for models: \"*\".");
        }

        if (spends.Count == 0 && limits.Prices.Count > 0)
        {
            notes.Warn("limits.prices", "are used by limits on spend only, and there is none.");
        }

        for (var i = 0; i < limits.Prices.Count; i++)
        {
            if (limits.Prices.Take(i).FirstOrDefault(price => price.Models.Length > 0 && ModelPattern.Covers(price.Models, limits.Prices[i].Models)) is { } earlier)
            {
                notes.Fault($"limits.prices[{i}].models", $"'{limits.Prices[i].Models}' never matches: '{earlier.Models}' takes all its names first; move it up or remove it.");
            }
        }

        foreach (var rule in limits.Rules.Where(rule => rule.Meter is Meter.OutputTokens or Meter.Tokens && rule.Burst < limits.DefaultOutputTokens))
        {
            notes.Warn(
                "limits.rules",
                $"{rule.Name} allows {rule.Burst} at once, so a request that states no maximum ({limits.DefaultOutputTokens} are reserved for it) never fits; give it a larger burst, or lower default_output_tokens.");
        }
    }
}
