using Stillwatch.Simulator.Corpus;
using Stillwatch.Simulator.Randomness;
using Stillwatch.Simulator.Words;

namespace Stillwatch.Tests.Simulator;

/// <summary>A rewording is worth its name only if runs of words do not survive it.</summary>
public sealed class RewordingTests(ITestOutputHelper output)
{
    [Fact]
    public void Few_runs_of_four_words_survive_a_rewording() => Check([], BuiltInFrames());

    [Fact]
    public void Nor_do_they_with_the_frames_of_a_corpus()
    {
        var records = CorpusReader.Read(Simulated.RequireCorpus());
        var library = new PromptLibrary(BuiltInWords.Load(), records);
        var frames = HarvestFamilies.From(library, records, null, 1).Public.SelectMany(family => family.Templates).Select(Frame).Where(frame => Words(frame).Length >= 12).Take(60).ToList();
        Assert.True(frames.Count >= 10);
        Check(records, frames);
    }

    [Fact]
    public void A_pool_says_the_same_again_and_notation_stays()
    {
        var library = new PromptLibrary(BuiltInWords.Load(), []);
        const string Text = "\nPlease write each step on a line that begins with <step-7>, then give FINAL_ANSWER as {\"value\": 12}.\n\n";
        var said = library.Reword(5).Of(Text);
        Assert.Equal(said, library.Reword(5).Of(Text));
        Assert.NotEqual(said, library.Reword(6).Of(Text));
        Assert.StartsWith("\n", said);
        Assert.EndsWith("\n\n", said);
        Assert.All(["<step-7>", "FINAL_ANSWER", "{\"value\":", "12}"], notation => Assert.Contains(notation, said));
        Assert.Equal("  \n", library.Reword(5).Of("  \n"));
        Assert.Equal(20, Enumerable.Range(0, 20).Select(number => library.Reword((ulong)number).Of(Text)).Distinct().Count());
    }

    void Check(IReadOnlyList<CorpusRecord> records, IReadOnlyList<string> frames)
    {
        var library = new PromptLibrary(BuiltInWords.Load(), records);
        var (own, other) = (new List<double>(), new List<double>());
        foreach (var frame in frames)
        {
            var said = Enumerable.Range(0, 6).Select(number => Runs(library.Reword(SeededRandom.Derive(7, (ulong)number)).Of(frame))).ToList();
            own.AddRange(said.Select(runs => Shared(Runs(frame), runs)));
            other.AddRange(said.Zip(said.Skip(1), Shared));
        }

        own.Sort();
        other.Sort();
        output.WriteLine($"{frames.Count} frames; kept of the frame: median {own[own.Count / 2]:p1}, 95th {own[own.Count * 95 / 100]:p1}; shared by two: median {other[other.Count / 2]:p1}, 95th {other[other.Count * 95 / 100]:p1}");
        Assert.True(own[own.Count / 2] <= 0.10, $"median share kept of the frame: {own[own.Count / 2]:p1}");
        Assert.True(other[other.Count / 2] <= 0.10, $"median share of two rewordings: {other[other.Count / 2]:p1}");
        Assert.True(own[own.Count * 95 / 100] <= 0.30 && other[other.Count * 95 / 100] <= 0.30);
    }

    static List<string> BuiltInFrames()
    {
        var library = new PromptLibrary(BuiltInWords.Load(), []);
        return [.. HarvestFamilies.From(library, [], null, 1).Public.SelectMany(family => family.Templates).Select(Frame)];
    }

    // What two items of a template have in common in front of the slot, and the system prompt.
    static string Frame(HarvestTemplate template)
    {
        var library = new PromptLibrary(BuiltInWords.Load(), []);
        var (first, second) = (template.Compose(library, 1, 1_000_001), template.Compose(library, 1, 1_000_002));
        var (head, tail) = (0, 0);
        while (head < Math.Min(first.Text.Length, second.Text.Length) && first.Text[head] == second.Text[head])
        {
            head++;
        }

        while (tail < Math.Min(first.Text.Length, second.Text.Length) - head && first.Text[^(tail + 1)] == second.Text[^(tail + 1)])
        {
            tail++;
        }

        return $"{first.System}\n{first.Text[..head]}\n{first.Text[^tail..]}";
    }

    // As detectors count them: letters and digits, lower case, digits alike.
    static string[] Words(string text)
        => new string([.. text.Select(letter => char.IsAsciiDigit(letter) ? '0' : char.IsLetter(letter) ? char.ToLowerInvariant(letter) : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    static HashSet<string> Runs(string text)
    {
        var words = Words(text);
        return [.. Enumerable.Range(0, Math.Max(0, words.Length - 3)).Select(start => string.Join(' ', words.AsSpan(start, 4).ToArray()))];
    }

    static double Shared(HashSet<string> first, HashSet<string> second) => first.Count == 0 ? 0 : (double)first.Count(second.Contains) / first.Count;
}
