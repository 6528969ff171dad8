using System.IO.Compression;
using System.Text.Json;

namespace Stillwatch.Tests.Conventions;

/// <summary>
/// No phrase of the real data lives in src: a detector that knows the words of its examination proves nothing. Eight consecutive words of a
/// corpus text in any file of src are a fault. The shingles of src are hashed once; the corpus is streamed against them.
/// </summary>
public sealed class CorpusPhraseTests
{
    [Fact]
    public void No_phrase_of_the_corpus_stands_in_the_source()
    {
        var corpus = Environment.GetEnvironmentVariable("STILLWATCH_CORPUS");
        if (string.IsNullOrEmpty(corpus) || !Directory.Exists(corpus))
        {
            Assert.Skip("STILLWATCH_CORPUS names no folder; the built-in twin is A_phrase_of_a_text_in_the_source_is_noticed");
        }

        var files = Directory.EnumerateFiles(corpus, "*.jsonl.gz").Order(StringComparer.Ordinal).ToList();
        Assert.NotEmpty(files);
        Assert.Empty(Common(Sources(), files.SelectMany(Texts)).Take(20));
    }

    [Fact]
    public void A_phrase_of_a_text_in_the_source_is_noticed()
    {
        (string, string)[] sources = [("src/Cue.cs", "const string Cue = \"Please WRITE out each\\nsmall step, and then the result of it\";"), ("src/Other.cs", "one two three")];
        Assert.Equal(
            ["src/Cue.cs: write out each small step and then the"],
            Common(sources, ["Now write out each small step -- and then: the end.", "one two three"]));
        Assert.Empty(Common(sources, ["Now write out each small step and then (stop)."]));
    }

    static IEnumerable<(string Path, string Text)> Sources() => Repository.Files("src").Select(path => (path, Repository.Read(path)));

    static IEnumerable<string> Common(IEnumerable<(string Path, string Text)> sources, IEnumerable<string> texts)
    {
        var places = new Dictionary<ulong, string>();
        foreach (var (path, text) in sources)
        {
            foreach (var (hash, phrase) in Shingles.Of(Unescaped(text)))
            {
                places.TryAdd(hash, $"{path}: {Shingles.Readable(phrase.Span)}");
            }
        }

        return texts.SelectMany(text => Shingles.Of(text).Where(shingle => places.ContainsKey(shingle.Hash)).Select(shingle => places[shingle.Hash])).Distinct();
    }

    /// <summary>An escaped line break separates words; read as text it would glue an n to the next one.</summary>
    static string Unescaped(string source) => source.Replace("\\n", "\n").Replace("\\t", "\t").Replace("\\r", "\r");

    static IEnumerable<string> Texts(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            foreach (var member in (string[])["text", "system"])
            {
                if (record.RootElement.TryGetProperty(member, out var value) && value.ValueKind == JsonValueKind.String)
                {
                    yield return value.GetString()!;
                }
            }
        }
    }
}
