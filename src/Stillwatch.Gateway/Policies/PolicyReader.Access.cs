using System.Collections.Frozen;
using System.Net;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Regions;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Policies;

sealed partial class PolicyReader
{
    const double MoreThanHalf = 0.5;
    const string StandardCode = "region_unsupported";
    const int MostLinesBlamed = 5;

    LevelPolicy Levels(ConfigSection root)
    {
        var (rules, names) = (new List<LevelRule>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var section in root.Sections("levels"))
        {
            rules.Add(new LevelRule(
                Name(section, names),
                section.Require("feature", PolicyWords.Features.Parse, "write models, reasoning, batches or files."),
                section.List("models", (ConfigParser<string>)ConfigScalars.ModelName),
                section.List("programmes", (ConfigParser<string>)PolicyScalars.Programme),
                section.Require("needs", PolicyWords.Levels.Parse, "write the least level: contact, payment, person or organization."),
                section.Read("mode", PolicyWords.RuleModes.Parse, RuleMode.Enforce)));
            section.RefuseOthers();
        }

        return new LevelPolicy { Rules = rules };
    }

    RegionPolicy Regions(ConfigSection section)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var policy = new RegionPolicy
        {
            Databases = [.. section.List("databases", (ConfigParser<string>)Existing)],
            Networks = [.. section.Sections("networks").Select(Networks)],
            Rules = [.. section.Sections("rules").Select(rule => RegionRule(rule, names))],
        };
        section.RefuseOthers();
        return policy;
    }

    RegionRule RegionRule(ConfigSection section, HashSet<string> names)
    {
        var allow = section.List("allow", (ConfigParser<string>)PolicyScalars.Country);
        var refuse = section.List("refuse", (ConfigParser<string>)PolicyScalars.Country);
        var rule = new RegionRule(
            Name(section, names),
            section.Read("code", PolicyScalars.ReasonCode, StandardCode),
            [.. section.List("facts", PolicyWords.Facts.Parse).Distinct()],
            (allow.Count > 0 ? allow : refuse).ToFrozenSet(StringComparer.Ordinal),
            section.Has("allow"),
            [.. section.List("kinds", PolicyWords.Kinds.Parse).Distinct()],
            section.Read("min_owned_ratio", PolicyScalars.Number(0, 1), MoreThanHalf),
            section.Read("unknown", PolicyWords.Unknowns.Parse, false),
            section.Read("mode", PolicyWords.RuleModes.Parse, RuleMode.Enforce))
        {
            Ownership = section.Read("ownership", PolicyWords.Ownerships.Parse, OwnershipReading.Multiplied),
        };
        section.RefuseOthers();
        return rule;
    }

    KnownNetworks Networks(ConfigSection section)
    {
        var kind = section.Require("kind", PolicyWords.Kinds.Parse, "write hosting, vpn, tor, proxy or shared_carrier.");
        var prefixes = section.List("prefixes", (ConfigParser<IPNetwork>)ConfigScalars.Network);
        var asns = section.List("asns", (ConfigParser<long>)PolicyScalars.Asn);
        var file = section.Read<string?>("file", ConfigScalars.Text!, null);
        section.RefuseOthers();
        if (file is null)
        {
            return new KnownNetworks(kind, prefixes, asns, PolicyForm.Inline);
        }

        if (prefixes.Count + asns.Count > 0)
        {
            _notes.Fault(section.Path("file"), "stands beside prefixes or asns; write them as two entries.");
        }

        var path = Path.Combine(_folder, file);
        _files.Add(path);
        var (list, faults) = NetworkLists.Read(path, kind);
        if (faults.Count > 0)
        {
            _notes.Fault(section.Path("file"), $"'{_notes.Written(section.Path("file"))}' {Said(faults)}");
        }

        return new KnownNetworks(kind, list?.Prefixes ?? [], list?.Asns ?? [], file);
    }

    // The first bad line in full, the next by their numbers.
    static string Said(IReadOnlyList<ConfigFault> faults)
    {
        var (first, lines) = (faults[0], faults.Where(fault => fault.Line > 0).Select(fault => fault.Line).ToList());
        return lines.Count == 0 ? first.Says
            : lines.Count == 1 ? $"line {first.Line}: {first.Says}"
            : $"has bad lines ({string.Join(", ", lines.Take(MostLinesBlamed))}{(lines.Count > MostLinesBlamed ? " and more" : "")}); line {first.Line}: {first.Says}";
    }

    // What a list or a database that cannot be read would have stated is not known, and it is named already.
    void CheckRegions(RegionPolicy policy)
    {
        var isReadable = !_notes.Blames("regions.databases") && !_notes.Blames("regions.networks");
        foreach (var fault in isReadable ? Tried(policy) : RegionChecks.FaultsOf(policy))
        {
            // A single value is a list of one.
            var key = !_notes.Has(fault.Key) && fault.Key.EndsWith("[0]", StringComparison.Ordinal) ? fault.Key[..^3] : fault.Key;
            if (!_notes.Blames(key))
            {
                _notes.Fault(key, (_notes.Written(key) ?? fault.Value) is { } value ? $"'{value}' {fault.Says}" : fault.Says);
            }
        }
    }

    // Opens the databases, as a start does: what cannot decide there is told by a check too.
    static IReadOnlyList<RegionFault> Tried(RegionPolicy policy)
    {
        var readiness = RegionChecks.Run(policy);
        readiness.Networks?.Dispose();
        return readiness.Faults;
    }

    string? Existing(string text, out string value)
    {
        value = Path.Combine(_folder, text);
        _files.Add(value);
        return File.Exists(value) ? null : "is no file that exists (a relative path begins at the policy's folder); create it or correct the path.";
    }

    string Name(ConfigSection section, HashSet<string> taken)
    {
        var name = section.Require("name", (ConfigParser<string>)PolicyScalars.RuleName, "name the rule; refusals and metrics state it.");
        if (name is not null && !taken.Add(name))
        {
            _notes.Fault(section.Path("name"), $"'{name}' is the name of an earlier rule; give each its own.");
        }

        return name ?? "";
    }
}
