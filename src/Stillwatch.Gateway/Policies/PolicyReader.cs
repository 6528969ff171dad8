using System.Security.Cryptography;
using System.Text.Json;
using Stillwatch.Engine.Responses;
using Stillwatch.Engine.Sketches;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Enforcement;
using Stillwatch.Gateway.Enforcement.Displacement;
using Stillwatch.Gateway.Limits;

namespace Stillwatch.Gateway.Policies;

/// <summary>Reads a policy file (docs/access.md, docs/policy.schema.json).</summary>
/// <remarks>
/// As with the configuration, all faults are told at once, each with its line, key, value and cure, and an unknown key is one of them: a
/// rule that cannot be read must not be no rule. Relative paths begin at the folder of the file. Pure but for the files it names.
/// </remarks>
sealed partial class PolicyReader
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    readonly ConfigNotes _notes;
    readonly string _folder;
    readonly List<string> _files = [];

    PolicyReader(ConfigNotes notes, string folder) => (_notes, _folder) = (notes, folder);

    /// <summary>The policy of a gateway that was given none: observe, no rules, and the budget a ring would share.</summary>
    public static AccessPolicy Default { get; } = Read("{}", "policy.yaml", _ => null, out _).Policy!;

    /// <summary>Reads a file. Every failure is a fault in the result.</summary>
    public static PolicyReading Read(string path, Func<string, string?> environment) =>
        ConfigText.Read(path) is var (text, fault) && text is not null
            ? Read(text, path, environment, out _)
            : new PolicyReading(null, [new ConfigFault(path, 0, "", fault!)], [], []);

    /// <param name="path">How faults name the file, and whose folder relative paths begin at.</param>
    /// <param name="notes">What was asked for, for the tests that hold schema and document to it.</param>
    internal static PolicyReading Read(string text, string path, Func<string, string?> environment, out ConfigNotes notes)
    {
        notes = new ConfigNotes(path);
        if (ConfigTree.Parse(text, notes, "'mode: observe' (docs/access.md has examples)") is not { } root)
        {
            return new PolicyReading(null, notes.Faults, notes.Warnings, []);
        }

        var reader = new PolicyReader(notes, Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/");
        var policy = reader.Whole(new ConfigSection(root, notes, environment));
        new PolicyChecks(policy, notes).Run();
        reader.CheckRegions(policy.Regions);
        foreach (var says in notes.Blames("limits") ? [] : LimitPlan.FaultsOf(policy.Limits))
        {
            notes.Fault("limits.rules", says);
        }

        return new PolicyReading(notes.HasFaults ? null : policy with { Hash = HashOf(policy) }, notes.Faults, notes.Warnings, reader._files);
    }

    /// <summary>First 16 hex digits of the SHA-256 of the canonical form: the same for every file that means the same.</summary>
    public static string HashOf(AccessPolicy policy) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(PolicyForm.Of(policy, isCanonical: true))))[..16];

    AccessPolicy Whole(ConfigSection root)
    {
        var policy = new AccessPolicy
        {
            Mode = root.Read("mode", PolicyWords.Modes.Parse, PolicyMode.Observe),
            VerifyUrl = root.Read<Uri?>("verify_url", PolicyScalars.WebAddress!, null),
            AppealUrl = root.Read<Uri?>("appeal_url", PolicyScalars.WebAddress!, null),
            Ladder = Ladder(root.Section("ladder")),
            Responses = Responses(root.Section("responses")),
            Levels = Levels(root),
            Regions = Regions(root.Section("regions")),
            Limits = Limits(root.Section("limits")),
            Displacement = Displacement(root.Section("displacement")),
        };
        root.RefuseOthers(key => key is "verify" or "shape" or "withhold" or "suspend" or "hysteresis_log_odds"
            ? $"belongs under ladder: since a policy also says who may call; write 'ladder: {{{key}: …}}' (docs/access.md)."
            : null);
        return policy;
    }

    static Policy Ladder(ConfigSection section)
    {
        var standard = new Policy();
        var ladder = new Policy
        {
            Verify = RungRule(section.Section("verify"), Rung.Verify, standard.Verify),
            Shape = RungRule(section.Section("shape"), Rung.Shape, standard.Shape),
            Withhold = RungRule(section.Section("withhold"), Rung.Withhold, standard.Withhold),
            Suspend = RungRule(section.Section("suspend"), Rung.Suspend, standard.Suspend),
            HysteresisLogOdds = section.Read("hysteresis_log_odds", PolicyScalars.Number(0, 3, " nats"), standard.HysteresisLogOdds),
        };
        section.RefuseOthers();
        return ladder;
    }

    static RungRule RungRule(ConfigSection section, Rung rung, RungRule standard)
    {
        var hard = rung >= Rung.Shape ? PolicyScalars.Always(true, "nobody is restricted by content and time alone") : ConfigScalars.Flag;
        var automatic = rung >= Rung.Withhold ? PolicyScalars.Always(false, "a person decides this rung, in a case") : ConfigScalars.Flag;
        var rule = new RungRule(
            section.Read("min_confidence", PolicyScalars.Number(0.5, 1, excludesLeast: true), standard.MinConfidence),
            section.Read("min_families", ConfigScalars.Whole(2, 5), standard.MinFamilies),
            section.Read("min_family_log_odds", PolicyScalars.Number(0.5, 6, " nats"), standard.MinFamilyLogOdds),
            section.Read("hard_family", hard, standard.HardFamily),
            section.Read("automatic", automatic, standard.Automatic),
            section.Read("days", ConfigScalars.Whole(1, 365), standard.Days));
        section.RefuseOthers();
        return rule;
    }

    static ResponsePolicy Responses(ConfigSection section)
    {
        var standard = new ResponsePolicy();
        var refuse = section.Section("refuse");
        var responses = new ResponsePolicy
        {
            VerifyGrace = section.Read("verify_grace", ConfigScalars.Duration(TimeSpan.Zero, Longest), standard.VerifyGrace),
            FourEyes = section.Read("four_eyes", ConfigScalars.Flag, standard.FourEyes),
            FourEyesFrom = section.Read("four_eyes_from", ConfigScalars.Choice(("withhold", Rung.Withhold), ("suspend", Rung.Suspend)), standard.FourEyesFrom),
            StatesThinkingTokens = section.Read("states_thinking_tokens", ConfigScalars.Flag, standard.StatesThinkingTokens),
            RefusedCues = refuse.List("cues", PolicyWords.Cues.Parse).Aggregate(Capabilities.None, (all, cue) => all | cue),
            RefuseFrom = refuse.Read("from", PolicyWords.Rungs.Parse, standard.RefuseFrom),
            JudgeEvery = section.Read("judge_every", ConfigScalars.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromDays(1)), standard.JudgeEvery),
        };
        refuse.RefuseOthers();
        section.RefuseOthers();
        return responses;
    }

    static DisplacementPolicy Displacement(ConfigSection section)
    {
        var standard = new DisplacementPolicy();
        var displacement = new DisplacementPolicy
        {
            IsOn = section.Read("on", ConfigScalars.Flag, standard.IsOn),
            Length = section.Read("length", ConfigScalars.Duration(TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)), standard.Length),
            Rest = section.Read("rest", ConfigScalars.Duration(TimeSpan.Zero, Longest), standard.Rest),
            RateRatio = section.Read("rate_ratio", PolicyScalars.Number(0, 1), standard.RateRatio),
            MaxTrials = section.Read("max_trials", ConfigScalars.Whole(1, 100), standard.MaxTrials),
        };
        section.RefuseOthers();
        return displacement;
    }
}
