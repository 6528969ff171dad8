using System.Text.RegularExpressions;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Arrivals;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Identities;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Simulator.Populations.LookAlikes;

/// <summary>Firms that send their own material through one template, thousands of times, and get short answers.</summary>
static partial class Pipelines
{
    public static void Rag(Crowd crowd) => Each(crowd, members => Framed(crowd, PromptKind.Rag, "\n\n{%document}\n\n{%question}", 110, OutputStyle.Prose));

    public static void Classification(Crowd crowd)
        => Each(crowd, members => Framed(crowd, PromptKind.Classify, "\n{%support}", 4, OutputStyle.Label) with { Temperature = 0, MaxTokens = 64, BatchApi = crowd.Random.Chance(0.5) });

    /// <summary>Rubric grading of a firm's own outputs: what a harvest of grading looks like, by one tenant, with one rubric for months.</summary>
    public static void Labelling(Crowd crowd) => Each(crowd, members =>
    {
        var family = crowd.Random.Pick(Graders(crowd));
        var template = crowd.Random.Pick(family.Templates);
        var seed = crowd.Random.NextUInt64();
        return new BatchWork(
            item =>
            {
                var request = template.Compose(crowd.World.Library, seed, item);
                return (request.System, request.Text);
            },
            90,
            OutputStyle.Grade) { Temperature = 0, BatchApi = crowd.Random.Chance(0.4) };
    });

    /// <summary>Load tests, health checks and nightly jobs: the same input again and again, by the clock.</summary>
    public static void LoadTest(Crowd crowd)
    {
        foreach (var members in crowd.Circles(random => random.Between(1, 3)))
        {
            var text = crowd.World.Library.Grammar.Expand("loadtest", crowd.Random);
            foreach (var persona in members)
            {
                var count = crowd.Volume(persona);
                var from = crowd.From(persona);
                var slots = persona.Random.Chance(0.4)
                    ? Timetables.Regular(persona.Random, count, Math.Max(from, crowd.World.SpanMs * persona.Random.Between(0, 0.9)), crowd.World.SpanMs, 0.02)
                    : Timetables.Regular(persona.Random, count, from, crowd.World.SpanMs, 0.001);
                crowd.Add(new BatchActor(crowd.World, persona, slots, new BatchWork(_ => (null, text), 6, OutputStyle.Label)));
            }
        }
    }

    static IReadOnlyList<HarvestFamily> Graders(Crowd crowd)
    {
        var graders = crowd.World.Families.Public.Where(family => family.Capability is Capability.Grading or Capability.Tagging).ToList();
        return graders.Count > 0 ? graders : crowd.World.Families.Public;
    }

    /// <summary>One firm with a classification pipeline over all <paramref name="members"/>; returns what its requests look like.</summary>
    public static FramedText Firm(Crowd crowd, List<Persona> members)
    {
        var (job, text) = FramedWork(crowd, PromptKind.Classify, "\n{%support}", 8, OutputStyle.Label);
        Run(crowd, members, job with { Temperature = 0, MaxTokens = 64 });
        return text;
    }

    // A public template where it has open slots, with the firm's own name and words around it, so that firms differ.
    static BatchWork Framed(Crowd crowd, PromptKind kind, string slots, int tokens, OutputStyle style) => FramedWork(crowd, kind, slots, tokens, style).Work;

    static (BatchWork Work, FramedText Text) FramedWork(Crowd crowd, PromptKind kind, string slots, int tokens, OutputStyle style)
    {
        var (library, random) = (crowd.World.Library, crowd.Random);
        var text = library.Shared(kind, random.NextUInt64(), 0);
        if (!text.Contains("{%", StringComparison.Ordinal))
        {
            text = OpenSlot().Replace(TextVariation.Head(text, 900), "") + slots;
        }

        var rules = library.Grammar.Expand("rule_line", random);
        var system = random.Chance(0.5) ? $"{rules} {library.Grammar.Expand("rule_line", random)}" : null;
        var template = new SlotTemplate(system is null ? $"{rules}\n{text}" : text, system);
        var seed = random.NextUInt64();
        var work = new BatchWork(
            item =>
            {
                var request = template.Compose(library, seed, item);
                return (request.System, request.Text);
            },
            tokens,
            style) { Temperature = random.Pick(new double?[] { null, 0, 0, 0.2 }) };
        return (work, new FramedText(system, template));
    }

    static void Each(Crowd crowd, Func<List<Persona>, BatchWork> work)
    {
        foreach (var members in crowd.Circles(random => random.Chance(0.65) ? 1 : random.Between(2, 4)))
        {
            Run(crowd, members, work(members));
        }
    }

    static void Run(Crowd crowd, List<Persona> members, BatchWork job)
    {
        Owners.Gather(crowd, members, "firm", VerificationLevel.Payment);
        for (var member = 0; member < members.Count; member++)
        {
            crowd.Add(new BatchActor(crowd.World, members[member], crowd.ProgramSlots(members[member]), job, member, members.Count));
        }
    }

    [GeneratedRegex(@"\{\{[^{}]{0,200}\}\}|\{\$?[A-Za-z_ ]{1,40}\}")]
    private static partial Regex OpenSlot();
}

/// <summary>Several accounts with one owner.</summary>
static class Owners
{
    /// <summary>Two or more accounts become an organization that pays for all of them; one stays as it is, with the firm's server as its address.</summary>
    public static void Gather(Crowd crowd, List<Persona> members, string role, VerificationLevel level)
    {
        var addresses = crowd.World.Enrolment.Addresses;
        var prefix = addresses.Prefix(crowd.Random, NetworkKind.Datacenter);
        foreach (var persona in members.Where(persona => persona.Random.Chance(0.7)))
        {
            persona.Addresses = [addresses.At(persona.Random, NetworkKind.Datacenter, prefix)];
        }

        if (members.Count == 1)
        {
            return;
        }

        var firm = crowd.World.Enrolment.Found(crowd.Random, verified: level == VerificationLevel.Organization);
        var payment = crowd.World.Enrolment.Token("pm_", crowd.Random.NextUInt64());
        var bin = Enrolment.Bin(Enrolment.AnyBin(crowd.Random));
        var domain = crowd.World.Enrolment.MailDomain(crowd.Random, role);
        foreach (var persona in members)
        {
            Enrolment.Join(persona, firm, payment, bin, domain, level);
            persona.Client = members[0].Client;
        }
    }
}
