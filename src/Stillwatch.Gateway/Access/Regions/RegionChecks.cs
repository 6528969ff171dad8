using Stillwatch.Gateway.Access.Regions.Networks;
using Stillwatch.Gateway.Policies;

namespace Stillwatch.Gateway.Access.Regions;

/// <summary>
/// A region policy tried at start: its networks, ready for use, or everything that is wrong with it. A rule that cannot decide must not
/// start.
/// </summary>
/// <param name="Networks">Null when there are faults. Its owner disposes it.</param>
sealed record RegionReadiness(NetworkFacts? Networks, IReadOnlyList<string> Faults);

/// <summary>Whether the rules, lists and databases of a region policy fit together.</summary>
static class RegionChecks
{
    const int LongestName = 64;

    public static RegionReadiness Run(RegionPolicy policy)
    {
        var faults = new List<string>();
        var databases = new List<MmdbFile>();
        foreach (var path in policy.Databases.Distinct())
        {
            var (file, fault) = MmdbFile.Open(path);
            if (file is not null)
            {
                databases.Add(file);
            }
            else
            {
                faults.Add($"regions.databases: {fault}");
            }
        }

        faults.AddRange(FaultsOf(policy));
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

    /// <summary>What is wrong with the rules themselves.</summary>
    public static IEnumerable<string> FaultsOf(RegionPolicy policy)
    {
        foreach (var twice in policy.Rules.GroupBy(rule => rule.Name).Where(group => group.Count() > 1))
        {
            yield return $"regions.rules: {twice.Count()} rules are named '{twice.Key}'; statements of reasons must tell which it was.";
        }

        for (var i = 0; i < policy.Rules.Count; i++)
        {
            foreach (var says in FaultsOf(policy.Rules[i]))
            {
                yield return $"regions.rules[{i}] ('{policy.Rules[i].Name}'): {says}";
            }
        }

        foreach (var empty in policy.Networks.Where(list => !IsFilled(list)))
        {
            yield return $"regions.networks: {empty.Source} ({empty.Kind}) lists nothing; leave it out, or fetch it again.";
        }
    }

    static IEnumerable<string> FaultsOf(RegionRule rule)
    {
        if (rule.Name.Length is 0 or > LongestName)
        {
            yield return $"name must have 1 to {LongestName} characters.";
        }

        if (rule.Code.Length is 0 or > LongestName || !char.IsAsciiLetterLower(rule.Code[0])
            || !rule.Code.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_'))
        {
            yield return $"code '{rule.Code}' must be snake_case of at most {LongestName} characters, like region_unsupported.";
        }

        if (rule.Facts.Count == 0)
        {
            yield return "it names no fact, so it never matches; name at least one under facts.";
        }

        var asksCountry = rule.Facts.Any(fact => fact != RegionFact.NetworkKind);
        var asksKind = rule.Facts.Contains(RegionFact.NetworkKind);
        if (asksCountry != rule.Countries.Count > 0)
        {
            yield return !asksCountry ? "it names countries, but none of its facts is a country."
                : rule.IsAllowList ? "its list of countries served is empty, so it refuses everybody; name them."
                : "it names no country, so it never matches; name at least one.";
        }

        foreach (var country in rule.Countries.Where(country => CountryCodes.Of(country) != country).Order(StringComparer.Ordinal))
        {
            yield return $"'{country}' is no country; write ISO 3166-1 alpha-2 in upper case, like US.";
        }

        if (asksKind != rule.Kinds.Count > 0)
        {
            yield return asksKind
                ? "it asks for the kind of network and names none under kinds."
                : "it names kinds of networks, but network_kind is none of its facts.";
        }

        foreach (var kind in rule.Kinds.Where(kind => kind is NetworkKind.SharedCarrier or NetworkKind.Ordinary).Distinct())
        {
            yield return kind == NetworkKind.Ordinary
                ? "kind ordinary is every network of which nothing else is known; nobody can be refused for that."
                : "kind shared_carrier says nothing of one subscriber behind it; nobody can be refused for that.";
        }

        if (rule.MinOwnedRatio is not (>= 0 and < 1))
        {
            yield return $"min_owned_ratio {rule.MinOwnedRatio} must be at least 0 and below 1; more than it is a match, so 0.5 is a majority.";
        }
    }

    static bool IsFilled(KnownNetworks list) => list.Prefixes.Count + list.Asns.Count > 0;

    static IEnumerable<string> Unanswered(RegionPolicy policy, IReadOnlyList<MmdbFile> databases)
    {
        for (var i = 0; i < policy.Rules.Count; i++)
        {
            var rule = policy.Rules[i];
            var name = $"regions.rules[{i}] ('{rule.Name}')";
            if (rule.Facts.Contains(RegionFact.NetworkCountry) && !databases.Any(database => database.StatesCountries))
            {
                yield return $"{name}: it asks for the network's country, and no database states countries; name one under regions.databases.";
            }

            foreach (var kind in rule.Facts.Contains(RegionFact.NetworkKind) ? rule.Kinds.Distinct() : [])
            {
                if (!databases.Any(database => database.StatesKinds) && !policy.Networks.Any(list => list.Kind == kind && IsFilled(list)))
                {
                    yield return $"{name}: nothing says which networks are of kind {kind}; name a list under regions.networks, or a database.";
                }
            }
        }

        foreach (var list in policy.Networks.Where(list => list.Asns.Count > 0 && !databases.Any(database => database.StatesAsns)))
        {
            yield return $"regions.networks: {list.Source} lists AS numbers, and no database states those of addresses; name one under regions.databases.";
        }
    }
}
