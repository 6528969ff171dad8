using System.Buffers;
using System.Text;
using Stillwatch.Gateway.Enforcement.Withholding;

namespace Stillwatch.Gateway.Tests.Enforcement.Withholding;

public sealed class ThinkTagsTests
{
    // Spelled as in JSON, and what is kept of it.
    public static TheoryData<string, string> Texts => new()
    {
        { "<think>secret</think>answer", "answer" },
        { "<thinking>secret</thinking>answer", "answer" },
        { "\\n\\n <think>\\nsecret <b> </thinkin </thinking> x\\n</think>\\n\\nanswer", "\\n\\n \\n\\nanswer" },
        { "<think>a</think> <think>b</think>\\nanswer <think>visible</think>", " \\nanswer <think>visible</think>" },
        { "\\u003cthink\\u003esecret\\u003C/think\\u003Eanswer", "answer" },
        { "<think>secret<</think>answer", "answer" },
        { "<think></think>", "" },
        { "<think>never closed", "" },
        { "<thin", "<thin" },
        { "<thinker>is a word</thinker>", "<thinker>is a word</thinker>" },
        { "<<think>no</think>", "<<think>no</think>" },
        { "The tag <think> opens reasoning.", "The tag <think> opens reasoning." },
        { "`<think>` is a tag", "`<think>` is a tag" },
        { "<th\\u00fcnk>", "<th\\u00fcnk>" },
        { "<thü", "<thü" },
        { "", "" },
        { " \\t", " \\t" },
    };

    [Theory]
    [MemberData(nameof(Texts))]
    public void Reasoning_at_the_beginning_goes_wherever_the_text_is_cut(string spelled, string kept)
    {
        foreach (var first in Cuts(spelled))
        {
            foreach (var second in Cuts(spelled).Where(cut => cut >= first))
            {
                Assert.Equal(kept, Filter(new ThinkTags(), spelled, first, second));
            }
        }

        Assert.Equal(kept, Filter(new ThinkTags(), spelled, [.. Cuts(spelled)]));
    }

    [Theory]
    [InlineData("secret</think>answer", "answer")]
    [InlineData("secret</thinking>answer", "answer")]
    [InlineData("<think>secret</think>answer", "answer")]
    [InlineData("never closed </thin", "")]
    public void Where_text_begins_inside_nothing_passes_before_the_end(string spelled, string kept)
    {
        foreach (var cut in Cuts(spelled))
        {
            Assert.Equal(kept, Filter(new ThinkTags(beginsInside: true), spelled, cut));
        }
    }

    [Theory]
    [InlineData("secret\\n</think>\\n\\nanswer", "\\n\\nanswer")]
    [InlineData("secret</thinking>", "")]
    [InlineData("the tag </think> ends it", null)]
    [InlineData("first <think> then\\n</think>\\n", null)]
    [InlineData("nothing", null)]
    public void A_whole_text_loses_reasoning_that_it_never_opened(string spelled, string? kept)
    {
        var end = ThinkTags.LoneEnd(Encoding.UTF8.GetBytes(spelled));
        Assert.Equal(kept ?? spelled, spelled[end..]);
    }

    [Fact]
    public void An_answer_is_passed_as_soon_as_it_is_none()
    {
        var tags = new ThinkTags();
        var kept = new ArrayBufferWriter<byte>();
        tags.Filter("<thi"u8, kept);
        Assert.Equal(0, kept.WrittenCount);
        tags.Filter("s"u8, kept);
        Assert.Equal("<this", Encoding.UTF8.GetString(kept.WrittenSpan));
        Assert.True(tags.IsPassing);
    }

    // Every place that is not inside an escape; a piece of a JSON string has whole escapes.
    static IEnumerable<int> Cuts(string spelled)
    {
        for (var at = 0; at < spelled.Length; at += spelled[at] != '\\' ? 1 : spelled[at + 1] == 'u' ? 6 : 2)
        {
            yield return at;
        }

        yield return spelled.Length;
    }

    static string Filter(ThinkTags tags, string spelled, params int[] cuts)
    {
        var kept = new ArrayBufferWriter<byte>();
        var from = 0;
        foreach (var cut in cuts.Append(spelled.Length))
        {
            tags.Filter(Encoding.UTF8.GetBytes(spelled[from..cut]), kept);
            from = cut;
        }

        tags.Flush(kept);
        return Encoding.UTF8.GetString(kept.WrittenSpan);
    }
}
