using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Corpus;

/// <summary>The harvesting tools of a simulation: those a corpus shows, else some made of the built-in grammar, different for every seed.</summary>
sealed class HarvestFamilies
{
    const int BuiltInPerCapability = 4;

    /// <summary>Every public tool: campaigns choose among them, and evaluators, labelling pipelines and licensed customers use them too.</summary>
    public required IReadOnlyList<HarvestFamily> Public { get; init; }

    /// <summary>What campaigns may choose from; all of <see cref="Public"/> unless the corpus options say otherwise.</summary>
    public required IReadOnlyList<HarvestFamily> ForCampaigns { get; init; }

    public static HarvestFamilies From(PromptLibrary library, IReadOnlyList<CorpusRecord> records, CorpusOptions? options, ulong seed)
    {
        var requests = records.Where(record => record.Kind!.StartsWith("harvest", StringComparison.Ordinal)).ToList();
        var composed = requests.Where(record => record.Campaign is not null).ToList();
        if (composed.Count == 0)
        {
            // A corpus that names no campaigns: what is long enough to be a request stands in, by its kind.
            composed = [.. requests.Where(record => record.Text!.Length >= 120 && PromptKinds.Of(record.Kind!, record.Text.Length) is null)];
        }

        if (composed.Count == 0)
        {
            var builtIn = BuiltIn(library, seed);
            return new HarvestFamilies { Public = builtIn, ForCampaigns = builtIn };
        }

        var all = Group(composed).ToList();
        // No corpus holds rewriting templates composed with its probes: frame them in our own words.
        if (all.All(family => family.Capability != Capability.Rewriting))
        {
            all.AddRange(BuiltIn(library, seed).Where(family => family.Capability == Capability.Rewriting));
        }

        IReadOnlyList<HarvestFamily> allowed = all;
        if (options is { OnlyCampaigns.Count: > 0 })
        {
            allowed = [.. Group(composed.Where(record => options.OnlyCampaigns.Any(pattern => pattern.Matches(record))))];
            if (allowed.Count == 0)
            {
                throw new InvalidDataException(
                    $"--only-campaign-source {string.Join(", ", options.OnlyCampaigns.Select(pattern => pattern.Text))}: no harvest request of the corpus matches; "
                    + $"there are {string.Join(", ", all.Select(family => family.Name))}.");
            }
        }

        return new HarvestFamilies { Public = all, ForCampaigns = allowed };
    }

    static IEnumerable<HarvestFamily> Group(IEnumerable<CorpusRecord> records)
        => records.GroupBy(record => record.Campaign ?? record.Kind!)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new HarvestFamily(group.Key, Capabilities.Of($"{group.First().Kind} {group.Key}"), TemplateFinder.Find(group.ToList())));

    static List<HarvestFamily> BuiltIn(PromptLibrary library, ulong seed)
    {
        var families = new List<HarvestFamily>();
        foreach (var capability in Enum.GetValues<Capability>())
        {
            var rule = $"harvest_{capability.ToString().ToLowerInvariant()}";
            for (var number = 1; number <= BuiltInPerCapability; number++)
            {
                var random = new SeededRandom(SeededRandom.Derive(seed, SeededRandom.Name($"{rule}{number}")));
                var templates = new List<HarvestTemplate>();
                for (var count = random.Between(1, 3); count > 0; count--)
                {
                    var system = random.Chance(0.3) ? library.Grammar.Expand("harvest_system", random) : null;
                    templates.Add(new SlotTemplate(library.Grammar.Expand(rule, random), system));
                }

                families.Add(new HarvestFamily($"{capability.ToString().ToLowerInvariant()}-{number}", capability, templates));
            }
        }

        return families;
    }
}
