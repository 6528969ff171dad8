using System.Globalization;
using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>
/// A region policy tried at start: its networks, ready for use, or everything that is wrong with it. A rule that cannot decide must not
/// start.
/// </summary>
/// <param name="Networks">Null when there are faults. Its owner disposes it.</param>
sealed record RegionReadiness(NetworkFacts? Networks, IReadOnlyList<RegionFault> Faults);

/// <summary>Whether the rules, lists and databases of a region policy fit together.</summary>
static class RegionChecks
{
    const int LongestName = 64;

    public static RegionReadiness Run(RegionPolicy policy)
    {
        var faults = FaultsOf(policy).ToList();
        var databases = new List<MmdbFile>();
        for (var i = 0; i < policy.Databases.Count; i++)
        {
            var path = policy.Databases[i];
            if (policy.Databases.Take(i).Contains(path))
            {
                continue;
            }

            var (file, says) = MmdbFile.Open(path);
            if (file is not null)
            {
                databases.Add(file);
            }
            else
            {
                faults.Add(new($"regions.databases[{i}]", path, says!));
            }
        }

        // What an unreadable database would have stated is not known, and it is named already.
        if (databases.Count == policy.Databases.Distinct().Count())
        {
            faults.AddRange(Unanswered(policy, databases));
        }

        if (faults.Count == 0)
        {
            return new(new NetworkFacts(databases, policy.Networks), []);
        }

        databases.ForEach(database => database.Dispose());
        return new(null, faults);
    }

    /// <summary>What is wrong with the rules and lists themselves; opens no file.</summary>
    public static IEnumerable<RegionFault> FaultsOf(RegionPolicy policy)
    {
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var (rule, key) = (policy.Rules[i], $"regions.rules[{i}]");
            if (policy.Rules.Take(i).Any(earlier => earlier.Name == rule.Name))
            {
                yield return new($"{key}.name", rule.Name, "is the name of an earlier rule; statements of reasons must tell which it was.");
            }

            foreach (var fault in FaultsOf(rule, key))
            {
                yield return fault;
            }
        }

        for (var i = 0; i < policy.Networks.Count; i++)
        {
            var list = policy.Networks[i];
            if (list.Prefixes.Count + list.Asns.Count == 0)
            {
                yield return list.Source == PolicyForm.Inline
                    ? new($"regions.networks[{i}]", null, "lists nothing; write file, or prefixes and asns, or leave the entry out.")
                    : new($"regions.networks[{i}].file", list.Source, "lists nothing; fetch it again, or leave the entry out.");
            }
        }
    }

    static IEnumerable<RegionFault> FaultsOf(RegionRule rule, string key)
    {
        if (rule.Name.Length is 0 or > LongestName)
        {
            yield return new($"{key}.name", rule.Name, $"must have 1 to {LongestName} characters.");
        }

        if (rule.Code.Length is 0 or > LongestName || !char.IsAsciiLetterLower(rule.Code[0])
            || !rule.Code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            yield return new($"{key}.code", rule.Code, $"must be snake_case of at most {LongestName} characters, like region_unsupported.");
        }

        foreach (var fault in rule.Facts.Count > 0
            ? CountryFaults(rule, key).Concat(KindFaults(rule, key))
            : [new($"{key}.facts", null, "is missing, so the rule never matches; name at least one fact, like account_country.")])
        {
            yield return fault;
        }

        if (rule.MinOwnedRatio is not (>= 0 and < 1))
        {
            yield return new(
                $"{key}.min_owned_ratio", rule.MinOwnedRatio.ToString(CultureInfo.InvariantCulture),
                "must be at least 0 and below 1; more than it is a match, so 0.5 is a majority.");
        }
    }

    static IEnumerable<RegionFault> CountryFaults(RegionRule rule, string key)
    {
        var list = $"{key}.{(rule.IsAllowList ? "allow" : "refuse")}";
        var asks = rule.Facts.Any(fact => fact != RegionFact.NetworkKind);
        if (asks != rule.Countries.Count > 0)
        {
            yield return new(list, null, !asks ? "compares no fact with these countries; add one to facts, like account_country."
                : rule.IsAllowList ? "is empty, so the rule refuses everybody; list the countries that may call."
                : "is missing, so the rule never matches; list the countries that may not call (refuse), or those that may (allow).");
        }

        foreach (var country in rule.Countries.Where(country => CountryCodes.Of(country) != country).Order(StringComparer.Ordinal))
        {
            yield return new(list, country, "is no country; write ISO 3166-1 alpha-2 in upper case, like US.");
        }
    }

    static IEnumerable<RegionFault> KindFaults(RegionRule rule, string key)
    {
        var asks = rule.Facts.Contains(RegionFact.NetworkKind);
        if (asks != rule.Kinds.Count > 0)
        {
            yield return new($"{key}.kinds", null, asks
                ? "is missing; list the kinds of network that may not call."
                : "is for the fact network_kind; add it to facts, or remove the line.");
        }

        foreach (var kind in rule.Kinds.Where(kind => kind is NetworkKind.SharedCarrier or NetworkKind.Ordinary).Distinct())
        {
            yield return kind == NetworkKind.Ordinary
                ? new($"{key}.kinds", "ordinary", "is every network of which nothing else is known; nobody can be refused for that.")
                : new($"{key}.kinds", PolicyWords.Kinds.Of(kind), "says nothing of one subscriber behind it; nobody can be refused for that.");
        }
    }

    // A rule that is off asks for nothing: who has no database yet may write it down all the same.
    static IEnumerable<RegionFault> Unanswered(RegionPolicy policy, IReadOnlyList<MmdbFile> databases)
    {
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            if (rule.Mode == RuleMode.Off)
            {
                continue;
            }

            if (rule.Facts.Contains(RegionFact.NetworkCountry) && !databases.Any(database => database.StatesCountries))
            {
                yield return new(
                    $"regions.rules[{i}].facts", PolicyWords.Facts.Of(RegionFact.NetworkCountry),
                    "is stated by nothing, since no database states countries; name one under regions.databases.");
            }

            foreach (var kind in rule.Facts.Contains(RegionFact.NetworkKind) ? rule.Kinds.Where(IsRefusable).Distinct() : [])
            {
                if (!databases.Any(database => database.StatesKinds) && !policy.Networks.Any(list => list.Kind == kind))
                {
                    yield return new(
                        $"regions.rules[{i}].kinds", PolicyWords.Kinds.Of(kind),
                        "is a kind that nothing says of any network; name a list under regions.networks, or a database that states kinds.");
                }
            }
        }

        for (var i = 0; i < policy.Networks.Count; i++)
        {
            var list = policy.Networks[i];
            if (list.Asns.Count > 0 && !databases.Any(database => database.StatesAsns))
            {
                const string Says = "lists AS numbers, and no database states those of addresses; name one under regions.databases.";
                yield return list.Source == PolicyForm.Inline
                    ? new($"regions.networks[{i}].asns", null, Says)
                    : new($"regions.networks[{i}].file", list.Source, Says);
            }
        }
    }

    static bool IsRefusable(NetworkKind kind) => kind is not (NetworkKind.SharedCarrier or NetworkKind.Ordinary);
}
