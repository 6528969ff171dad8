using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Tests.Simulator;

public sealed class CorpusTests : IDisposable
{
    readonly string _directory = Directory.CreateTempSubdirectory("stillwatch-corpus").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_corpus_of_unknown_kinds_serves_too()
    {
        Put("benign_letters", Enumerable.Range(0, 40).Select(n => Record("benign.letter", $"Dear neighbour number {n}, the fence leans towards the pear tree again")));
        Put("harvest_x", Enumerable.Range(0, 60).Select(n => Record("harvest.zigzag", $"Unfold the matter wholly and stay inside the lines: item {n} of the heap, please", campaign: "zigzag")));
        var simulation = Simulated.Tiny(corpus: Options());
        Assert.Contains("zigzag", simulation.HarvestTools);
        var truth = simulation.Truth.ToDictionary(item => item.Account, item => item.Malicious);
        var (harvest, letters) = (0, 0);
        foreach (var (exchange, label) in simulation.Exchanges())
        {
            var text = exchange.Request.Messages[0].Parts.OfType<TextPart>().FirstOrDefault()?.Text ?? "";
            harvest += label == ExchangeLabel.Harvest && text.StartsWith("Unfold the matter", StringComparison.Ordinal) ? 1 : 0;
            letters += text.Contains("neighbour", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.True(harvest > 1000);
        Assert.True(letters > 300);
    }

    [Fact]
    public void Excluded_sources_are_not_there_and_campaigns_can_be_held_to_others()
    {
        Put("harvest_x", Enumerable.Range(0, 60).SelectMany(n => new[]
        {
            Record("harvest.cot", $"Alpha frame around problem {n}, spelled out to its end", campaign: "alpha", source: "one/tool:a.py"),
            Record("harvest.cot", $"Beta frame around problem {n}, spelled out to its end", campaign: "beta", source: "two/tool:b.py"),
            Record("harvest.cot", $"Gamma frame around problem {n}, spelled out to its end", campaign: "gamma", source: "two/tool:c.py"),
        }));
        Assert.DoesNotContain("alpha", Simulated.Tiny(corpus: Options(exclude: "one/*")).HarvestTools);
        Assert.DoesNotContain("beta", Simulated.Tiny(corpus: Options(exclude: "b?ta")).HarvestTools);
        var held = Simulated.Tiny(corpus: Options(only: "gamma"));
        Assert.Contains("alpha", held.HarvestTools);
        var templates = held.Exchanges()
            .Where(item => item.Label == ExchangeLabel.Harvest)
            .Select(item => ((item.Exchange.Request.Messages[0].Parts[0] as TextPart)?.Text ?? "").Split(' ')[0])
            .CountBy(word => word).ToDictionary();
        Assert.True(templates["Gamma"] > 1000);
        Assert.False(templates.ContainsKey("Alpha") || templates.ContainsKey("Beta"));
    }

    [Fact]
    public void A_pattern_that_matches_nothing_is_an_error_that_names_what_there_is()
    {
        Put("harvest_x", Enumerable.Range(0, 9).Select(n => Record("harvest.cot", $"Frame around problem {n}, spelled out to its very end", campaign: "alpha")));
        var error = Assert.Throws<InvalidDataException>(() => Simulated.Tiny(corpus: Options(only: "omega")));
        Assert.Contains("omega", error.Message);
        Assert.Contains("alpha", error.Message);
    }

    [Fact]
    public void A_bad_line_is_named_by_file_and_number()
    {
        File.WriteAllText(Path.Combine(_directory, "benign_x.jsonl"), "{\"kind\":\"benign.chat\",\"text\":\"hello there\"}\n{\"kind\":\n");
        var error = Assert.Throws<InvalidDataException>(() => Simulated.Tiny(corpus: Options()));
        Assert.Contains("benign_x.jsonl line 2", error.Message);
        Assert.Contains("no such directory", Assert.Throws<InvalidDataException>(() => Simulated.Tiny(corpus: new CorpusOptions(_directory + "-missing", [], []))).Message);
    }

    [Fact]
    public void A_template_is_found_behind_its_requests_and_refilled_for_ever()
    {
        var records = Enumerable.Range(0, 50).Select(n => new CorpusRecord
        {
            Kind = "harvest.judge", Campaign = "c", Text = $"Mark the reply below from one to nine.\n[Task]\nsort {n * 7} pebbles by weight\n[Reply]\nput pebble {n} first\n[End of reply]",
        }).ToList();
        var template = Assert.Single(TemplateFinder.Find(records));
        var library = new PromptLibrary(BuiltInWords.Load(), records);
        var items = Enumerable.Range(0, 5000).Select(index => template.Compose(library, 7, index).Text).ToList();
        Assert.All(items, text => Assert.StartsWith("Mark the reply below from one to nine.\n[Task]\n", text));
        Assert.All(items, text => Assert.EndsWith("\n[End of reply]", text));
        Assert.All(items, text => Assert.Contains("\n[Reply]\n", text));
        Assert.True(items.Distinct().Count() > 4900);
    }

    [Fact]
    public void The_built_in_words_make_a_hundred_thousand_different_items()
    {
        var library = new PromptLibrary(BuiltInWords.Load(), []);
        var families = HarvestFamilies.From(library, [], null, 5).Public;
        Assert.Equal(Enum.GetValues<Capability>().Order(), families.Select(family => family.Capability).Distinct().Order());
        var template = families.First(family => family.Capability == Capability.Reasoning).Templates[0];
        var items = new HashSet<ulong>();
        for (var index = 0; index < 100_000; index++)
        {
            items.Add(SeededRandom.Name(template.Compose(library, 5, index).Text));
        }

        Assert.True(items.Count > 99_500, $"only {items.Count} different items");
        var random = new SeededRandom(1);
        var talk = Enumerable.Range(0, 20_000).Select(_ => library.Text(PromptKind.Chat, random)).Distinct().Count();
        Assert.True(talk > 19_500, $"people repeat each other: {talk} of 20000");
    }

    [Fact]
    public void The_real_corpus_gives_a_campaign_tens_of_thousands_of_items()
    {
        var options = Simulated.RequireCorpus();
        var records = CorpusReader.Read(options);
        var library = new PromptLibrary(BuiltInWords.Load(), records);
        foreach (var family in HarvestFamilies.From(library, records, options, 1).Public)
        {
            Assert.NotEmpty(family.Templates);
            var items = Enumerable.Range(0, 3000).Select(index => family.Templates[0].Compose(library, 3, index)).Distinct().Count();
            Assert.True(items > 2700, $"{family.Name}: {items} of 3000");
        }
    }

    CorpusOptions Options(string? exclude = null, string? only = null)
        => new(_directory, exclude is null ? [] : [new SourcePattern(exclude)], only is null ? [] : [new SourcePattern(only)]);

    static string Record(string kind, string text, string? campaign = null, string source = "own/words:list.txt")
        => JsonSerializer.Serialize(new Dictionary<string, string?> { ["id"] = "x", ["source"] = source, ["kind"] = kind, ["text"] = text, ["campaign"] = campaign });

    void Put(string name, IEnumerable<string> lines)
    {
        using var stream = new GZipStream(File.Create(Path.Combine(_directory, $"{name}.jsonl.gz")), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
    }
}
