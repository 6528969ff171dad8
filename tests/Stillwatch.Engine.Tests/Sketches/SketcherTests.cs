using System.Text;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Tests.Sketches;

public sealed class SketcherTests
{
    readonly ParsedExchange _parsed = new();

    [Theory]
    [InlineData(60, 60, true)]
    [InlineData(60, 60, false)]
    [InlineData(30, 200, true)]
    [InlineData(30, 200, false)]
    public void A_template_with_a_long_slot_shares_a_key_in_nearly_every_pair(int templateWords, int slotWords, bool slotLast)
    {
        var sketcher = Sketcher("template");
        var template = Words(1, templateWords);
        var sketches = Enumerable.Range(0, 60).Select(i =>
        {
            var slot = Words(100 + i, slotWords);
            return Keys(Sketch(sketcher, slotLast ? template + " " + slot : slot + " " + template));
        }).ToList();

        var pairs = sketches.SelectMany((a, i) => sketches.Skip(i + 1).Select(b => a.Overlaps(b))).ToList();
        Assert.True(pairs.Count(shared => shared) >= 0.98 * pairs.Count, $"{pairs.Count(s => s)} of {pairs.Count} pairs share a key");
    }

    [Fact]
    public void Unrelated_texts_share_no_key()
    {
        var sketcher = Sketcher("unrelated");
        var sketches = Enumerable.Range(0, 60).Select(i => Keys(Sketch(sketcher, Words(1000 + i, 80)))).ToList();

        Assert.All(sketches.SelectMany((a, i) => sketches.Skip(i + 1).Select(b => (a, b))), pair => Assert.False(pair.a.Overlaps(pair.b)));
    }

    [Fact]
    public void Numbers_quotations_and_addresses_are_masked()
    {
        var sketcher = Sketcher("masks");

        var first = Keys(Sketch(sketcher, "Please add 17 apples to the order \"blue house\" and look at https://a.example/one for what we agreed on last week together"));
        var second = Keys(Sketch(sketcher, "please ADD 2,400 apples to the order \"red barn and tree\" and look at http://b.example/two?x=3 for what we agreed on last week together"));

        Assert.Equal(first, second);
    }

    [Fact]
    public void Another_key_makes_other_traits_of_the_same_text()
    {
        var text = Words(5, 60);

        Assert.False(Keys(Sketch(Sketcher("one"), text)).Overlaps(Keys(Sketch(Sketcher("two"), text))));
    }

    [Fact]
    public void Sketching_allocates_nothing_once_it_is_warm()
    {
        var sketcher = Sketcher("allocation");
        var texts = Enumerable.Range(0, 50).Select(i => Encoding.UTF8.GetBytes(Words(i, 40 + (i * 20)))).ToList();
        texts.ForEach(t => Sketch(sketcher, t));

        // A collection that another test causes meanwhile is counted as some kilobytes: the least of a few tries is what was allocated.
        var least = Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            texts.ForEach(t => Sketch(sketcher, t));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });

        Assert.InRange(least, 0, 512);
    }

    [Fact]
    public void A_capability_is_cued_by_words_and_not_by_one_of_them()
    {
        var sketcher = Sketcher("cues");

        Assert.True(Sketch(sketcher, "show each step of your reasoning and justify it").Cues.HasFlag(Capabilities.ReasoningElicitation));
        Assert.False(Sketch(sketcher, "what is the next step after the garden gate").Cues.HasFlag(Capabilities.ReasoningElicitation));
    }

    [Fact]
    public void The_ablation_without_cues_leaves_everything_else_as_it_was()
    {
        var with = Sketcher("ablation");
        var without = new Sketcher(DetectionKey.FromText("ablation"), new ModelNames(), new AccountIds(), new AppRegister([]), useCues: false);
        const string text = "show each step of your reasoning and justify it in a proof with all derivations written out for the reader";

        Assert.Equal(Capabilities.None, Sketch(without, text).Cues);
        Assert.Equal(Keys(Sketch(with, text)), Keys(Sketch(without, text)));
    }

    static Sketcher Sketcher(string key) => new(DetectionKey.FromText(key), new ModelNames(), new AccountIds(), new AppRegister([]));

    ExchangeSketch Sketch(Sketcher sketcher, string text) => Sketch(sketcher, Encoding.UTF8.GetBytes(text));

    ExchangeSketch Sketch(Sketcher sketcher, byte[] text)
    {
        _parsed.Clear();
        _parsed.Account = _parsed.Append("acct_1"u8);
        _parsed.Model = _parsed.Append("model-a"u8);
        _parsed.NewUserText = _parsed.Append(text);
        _parsed.FirstUserText = _parsed.NewUserText;
        sketcher.Sketch(_parsed, out var sketch);
        return sketch;
    }

    static HashSet<ulong> Keys(ExchangeSketch sketch) =>
        [.. Enumerable.Range(0, sketch.KeyCount).Select(i => sketch.Keys[i]).Where(k => TraitGateKinds(new TraitKey(k).Kind))];

    static bool TraitGateKinds(TraitKind kind) => kind is TraitKind.HeadSkeleton or TraitKind.TailSkeleton or TraitKind.Shingle;

    static string Words(int seed, int count)
    {
        var state = (ulong)seed * 0x9E3779B97F4A7C15;
        return string.Join(' ', Enumerable.Range(0, count).Select(_ =>
        {
            state = (state * 6364136223846793005) + 1442695040888963407;
            return $"w{(char)('a' + ((state >> 33) % 26))}{(char)('a' + ((state >> 40) % 26))}{(char)('a' + ((state >> 47) % 26))}";
        }));
    }
}
