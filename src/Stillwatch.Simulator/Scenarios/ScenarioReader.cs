using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Words;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Stillwatch.Simulator.Scenarios;

/// <summary>Thrown for a scenario file that cannot be used; <see cref="Faults"/> holds every fault, each with key, value and cure.</summary>
public sealed class ScenarioException(string scenario, IReadOnlyList<string> faults)
    : Exception($"Scenario {scenario}:\n  {string.Join("\n  ", faults)}")
{
    public IReadOnlyList<string> Faults { get; } = faults;
}

/// <summary>Reads scenario files strictly: unknown keys are refused. <c>docs/scenario.schema.json</c> says the same to an editor.</summary>
public static class ScenarioReader
{
    const string Suffix = ".yaml";
    const string Folder = ".Scenarios.";

    /// <summary>The scenarios that ship with the program.</summary>
    public static IReadOnlyList<string> BuiltIn { get; } = [.. BuiltInWords.Embedded(Suffix).Select(item => ShortName(item.Name))];

    /// <summary>The text of a built-in scenario, or of the file that <paramref name="nameOrPath"/> names.</summary>
    /// <exception cref="ScenarioException">Neither a built-in name nor a file.</exception>
    public static string Find(string nameOrPath)
    {
        if (BuiltInWords.Embedded(Suffix).FirstOrDefault(item => ShortName(item.Name) == nameOrPath) is { Text: { } text })
        {
            return text;
        }

        return File.Exists(nameOrPath)
            ? File.ReadAllText(nameOrPath)
            : throw new ScenarioException(nameOrPath, [$"no such scenario; name a file or one of {string.Join(", ", BuiltIn)}."]);
    }

    /// <summary>The scenario of that name, or in that file.</summary>
    /// <exception cref="ScenarioException">There is none, or it is faulty.</exception>
    public static Scenario Open(string nameOrPath) => Read(Find(nameOrPath), nameOrPath);

    /// <param name="file">Named in what is thrown; null: the scenario's own name, which a faulty one may lack.</param>
    /// <exception cref="ScenarioException">The text is no YAML, a key is unknown or missing, or a value is out of range.</exception>
    public static Scenario Read(string text, string? file = null) => Read(text, [], file);

    /// <summary>As <see cref="Read(string, string)"/>; <paramref name="asked"/> receives every key there is, by section.</summary>
    internal static Scenario Read(string text, HashSet<(string Section, string Key)> asked, string? file = null)
    {
        var errors = new List<string>();
        var root = new ScenarioSection(Root(text, file), "", "scenario", errors, asked);
        var name = root.Text("name");
        var hours = root.Number("hours", 1, 240);
        var scenario = new Scenario
        {
            Name = name,
            Description = root.Text("description", ""),
            Version = root.Whole("version", 1, 1_000_000, 1),
            Start = root.Time("start"),
            Hours = hours,
            ResponseContentRatio = root.Number("response_content_ratio", 0, 1, 0.2),
            PasteRatio = root.Number("paste_ratio", 0, 1, 0),
            ErrorRatio = root.Number("error_ratio", 0, 0.2, 0.008),
            Models = Models(root.Section("models"), hours),
            Populations = [.. root.Sections("populations").Select(Population)],
            Campaigns = [.. root.Sections("campaigns").Select(section => Campaign(section, hours))],
        };
        root.RefuseOthers();
        foreach (var twice in scenario.Populations.GroupBy(plan => plan.Class).Where(group => group.Count() > 1))
        {
            errors.Add($"populations: class '{twice.Key}' stands there twice; join the two.");
        }

        foreach (var twice in scenario.Campaigns.GroupBy(plan => plan.Name).Where(group => group.Count() > 1))
        {
            errors.Add($"campaigns: name '{twice.Key}' stands there twice; rename one.");
        }

        foreach (var plan in scenario.Campaigns)
        {
            if (LookAlikeClasses.VictimsOf(plan.Adaptation.Framing) is { } victims && scenario.Populations.All(population => population.Class != victims))
            {
                errors.Add($"campaigns: '{plan.Name}' frames innocents that are not there; add a population of class {victims}.");
            }
        }

        return errors.Count == 0 ? scenario : throw new ScenarioException(file ?? name, errors);
    }

    static YamlMappingNode Root(string text, string? file)
    {
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            return stream.Documents is [{ RootNode: YamlMappingNode root }]
                ? root
                : throw new ScenarioException(file ?? "?", ["the file must hold one mapping with name, start, hours, models, populations and campaigns."]);
        }
        catch (YamlException error)
        {
            throw new ScenarioException(file ?? "?", [$"line {error.Start.Line}: no YAML: {error.Message}"]);
        }
    }

    static ModelPlan Models(ScenarioSection section, double hours)
    {
        var plan = new ModelPlan(
            section.Text("large", "model-large-1"),
            section.Text("small", "model-small-1"),
            section.Text("new", "model-large-2"),
            section.Number("release_hour", 0, hours, hours / 2),
            section.Number("adoption_ratio", 0, 1, 0.2));
        section.RefuseOthers();
        return plan;
    }

    static PopulationPlan Population(ScenarioSection section)
    {
        var plan = new PopulationPlan(
            section.Choice("class", [.. LookAlikeClasses.Names, .. LookAlikeClasses.OfAdaptations, .. LookAlikeClasses.Victims]),
            section.Whole("accounts", 1, 2_000_000),
            section.Number("exchanges_median", 1, 5000),
            section.Number("exchanges_sigma", 0, 3, 1.1),
            section.Whole("groups", 0, 100_000, 0));
        section.RefuseOthers();
        return plan;
    }

    static CampaignPlan Campaign(ScenarioSection section, double hours)
    {
        var name = section.Text("name");
        if (name.Length > 0 && !name.All(letter => char.IsAsciiLetterLower(letter) || char.IsAsciiDigit(letter) || letter == '-'))
        {
            section.Fault("name", $"'{name}' must be lower-case letters, digits and hyphens.");
        }

        var kind = section.Choice("kind", ["harvest", "hydra", "relay"]);
        var payment = section.Section("payment");
        var network = section.Section("network");
        var signup = section.Section("signup");
        var adaptation = section.Section("adaptation", optional: true);
        var plan = new CampaignPlan
        {
            Name = name,
            Kind = kind switch { "hydra" => CampaignKind.Hydra, "relay" => CampaignKind.Relay, _ => CampaignKind.Harvest },
            Capabilities = section.Choices("capabilities", [.. Enum.GetNames<Capability>().Select(item => item.ToLowerInvariant())]),
            Accounts = section.Whole("accounts", 2, 1_000_000),
            ExchangesMedian = section.Number("exchanges_median", 1, 5000),
            ExchangesSigma = section.Number("exchanges_sigma", 0, 3, 0.4),
            ExchangesTotal = section.Whole("exchanges_total", 0, 1_000_000_000, 0),
            Templates = section.Whole("templates", 1, 6, 3),
            FocusRatio = section.Number("focus_ratio", 0, 1, 0.72),
            CoverRatio = section.Number("cover_ratio", 0, 1, 0.05),
            ResaleRatio = section.Number("resale_ratio", 0, 1, kind == "relay" ? 1 : 0),
            FeedbackRatio = section.Number("feedback_ratio", 0, 1, 0),
            FollowUpRatio = section.Number("follow_up_ratio", 0, 1, 0.08),
            PivotRatio = section.Number("pivot_ratio", 0, 1, 0.2),
            UniformClientRatio = section.Number("uniform_client_ratio", 0, 1, 0.85),
            StartHour = section.Number("start_hour", 0, hours, 4),
            RampHours = section.Number("ramp_hours", 0, hours, 6),
            EvenRatio = section.Number("even_ratio", 0, 1, 0.25),
            Payment = new PaymentPlan(
                payment.Number("shared_ratio", 0, 1, 0.75), payment.Whole("accounts_min", 1, 1000, 5),
                payment.Whole("accounts_max", 1, 1000, 40), payment.Whole("bins", 1, 200, 4)),
            Network = new NetworkPlan(
                network.Number("accounts_per_prefix", 1, 250, 4), network.Number("datacenter_ratio", 0, 1, 0.35),
                network.Number("rotations_per_day", 0, 48, 1)),
            Signup = new SignupPlan(
                signup.Whole("waves", 1, 200, 6), signup.Number("days", 0, 400, 40), signup.Number("wave_minutes", 1, 10_000, 120)),
            Adaptation = Adaptation(adaptation, hours),
        };
        if (plan.Payment.AccountsMax < plan.Payment.AccountsMin)
        {
            payment.Fault("accounts_max", $"{plan.Payment.AccountsMax} is below accounts_min {plan.Payment.AccountsMin}; raise it.");
        }

        if (plan.ExchangesTotal > 0 && (plan.Adaptation is not { ChurnHours: 0, DailyCap: 0, JitterMinutes: 0 } || plan.ResaleRatio >= 1))
        {
            section.Fault("exchanges_total", $"{plan.ExchangesTotal} cannot be kept with churn_hours, daily_cap, jitter_minutes or resale_ratio 1; leave one out.");
        }

        if (plan.CoverRatio + plan.ResaleRatio > 1)
        {
            section.Fault("resale_ratio", $"with cover_ratio it makes {plan.CoverRatio + plan.ResaleRatio}; together they may reach 1.");
        }

        if (plan.Adaptation.Rings * 2 > plan.Accounts)
        {
            adaptation.Fault("rings", $"{plan.Adaptation.Rings} rings of {plan.Accounts} accounts have fewer than two each; lower it.");
        }

        payment.RefuseOthers();
        network.RefuseOthers();
        signup.RefuseOthers();
        section.RefuseOthers();
        return plan;
    }

    static AdaptationPlan Adaptation(ScenarioSection section, double hours)
    {
        var plan = new AdaptationPlan
        {
            Paraphrase = Enum.Parse<Paraphrase>(Known<Paraphrase>(section, "paraphrase"), ignoreCase: true),
            Rewordings = section.Whole("rewordings", 1, 100_000, 100),
            Languages = section.Whole("languages", 1, 6, 1),
            Residential = section.Flag("residential"),
            DailyCap = section.Whole("daily_cap", 0, 10_000, 0),
            JitterMinutes = section.Number("jitter_minutes", 0, 600, 0),
            ChurnHours = section.Number("churn_hours", 0, hours, 0),
            RentedRatio = section.Number("rented_ratio", 0, 1, 0),
            OwnCard = section.Flag("own_card"),
            OwnDevice = section.Flag("own_device"),
            OwnSignup = section.Flag("own_signup"),
            Rings = section.Whole("rings", 1, 50, 1),
            Framing = Enum.Parse<Framing>(Known<Framing>(section, "framing"), ignoreCase: true),
            EchoRatio = section.Number("echo_ratio", 0, 1, 0),
            FloodRatio = section.Number("flood_ratio", 0, 1, 0),
        };
        if (plan.ChurnHours is > 0 and < 1)
        {
            section.Fault("churn_hours", $"{plan.ChurnHours} is below an hour; write 0 for accounts that stay, or 1 and more.");
        }

        if (plan.Framing == Framing.Echo != plan.EchoRatio > 0)
        {
            section.Fault("echo_ratio", $"{plan.EchoRatio} and framing {plan.Framing.ToString().ToLowerInvariant()}: framing by echo needs a share above 0, and nothing else takes one.");
        }

        section.RefuseOthers();
        return plan;
    }

    static string Known<T>(ScenarioSection section, string key)
        where T : struct, Enum
    {
        string[] names = [.. Enum.GetNames<T>().Select(name => name.ToLowerInvariant())];
        var value = section.Choice(key, names, "none");
        return names.Contains(value) ? value : "none";
    }

    static string ShortName(string resource)
        => resource[(resource.LastIndexOf(Folder, StringComparison.Ordinal) + Folder.Length)..^Suffix.Length];
}
