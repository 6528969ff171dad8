using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;
using Stillwatch.Simulator;
using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Scenarios;

namespace Stillwatch.Benchmarks;

/// <summary>Which content keys a campaign's accounts share, and how many benign accounts show them too: what the gate has to work with.</summary>
internal static class KeyLook
{
    public static void Run(string scenario, ulong seed, double scale, string? corpus)
    {
        var simulation = new Simulation(ScenarioReader.Open(scenario), new SimulationOptions { Seed = seed, Scale = scale, Corpus = corpus is null ? null : new CorpusOptions(corpus, [], []) });
        var truth = simulation.Truth.ToDictionary(t => t.Account);
        var sketcher = new Sketcher(DetectionKey.FromText("look"), new ModelNames(), new AccountIds(), new AppRegister([]));
        var parsed = new ParsedExchange();
        var keys = new Dictionary<string, Dictionary<ulong, HashSet<string>>>();
        var example = new Dictionary<ulong, string>();
        foreach (var item in simulation.Exchanges())
        {
            ExchangeFiller.Fill(item.Exchange, parsed);
            sketcher.Sketch(parsed, out var sketch);
            var c = truth[item.Exchange.Account].Malicious ? truth[item.Exchange.Account].Class : "benign";
            if (!keys.TryGetValue(c, out var ofClass))
            {
                keys[c] = ofClass = [];
            }

            for (var k = 0; k < sketch.KeyCount; k++)
            {
                if (!ofClass.TryGetValue(sketch.Keys[k], out var accounts))
                {
                    ofClass[sketch.Keys[k]] = accounts = [];
                }

                accounts.Add(item.Exchange.Account);
                if (c != "benign")
                {
                    example[sketch.Keys[k]] = System.Text.Encoding.UTF8.GetString(parsed[parsed.NewUserText]);
                }
            }
        }

        foreach (var (name, ofClass) in keys.Where(k => k.Key != "benign"))
        {
            System.Console.WriteLine(name);
            foreach (var (key, accounts) in ofClass.OrderByDescending(k => k.Value.Count).Take(14))
            {
                var benign = keys["benign"].TryGetValue(key, out var b) ? b : [];
                var classes = string.Join(' ', benign.GroupBy(a => truth[a].Class[7..]).OrderByDescending(g => g.Count()).Take(4).Select(g => $"{g.Key}:{g.Count()}"));
                var text = example[key].ReplaceLineEndings(" ");
                System.Console.WriteLine($"  {new TraitKey(key).Kind,-13} ring {accounts.Count,4}  benign {benign.Count,5} ({classes})  {text[..Math.Min(110, text.Length)]}");
            }
        }
    }
}
