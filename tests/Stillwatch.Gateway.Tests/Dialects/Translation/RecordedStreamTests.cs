using Stillwatch.Gateway.Dialects;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

/// <summary>Every recorded stream, translated, passes the strict grammar; cut anywhere before its end, it never looks whole. Twin on
/// built-in samples: StreamTests.</summary>
public sealed class RecordedStreamTests
{
    [Fact]
    public void Recorded_OpenAI_streams_become_strict_Anthropic_streams()
        => EachStream(["openai", "deepseek"], Dialect.Anthropic, text => AnthropicMessages.Assemble(text));

    [Fact]
    public void Recorded_Anthropic_streams_become_strict_OpenAI_streams()
        => EachStream(["anthropic", "anthropic-sdk"], Dialect.OpenAi, text => OpenAiCompletions.Assemble(text));

    static void EachStream(string[] folders, Dialect face, Action<string> check)
    {
        var root = GoldenFileTests.Streams();
        var count = 0;
        foreach (var file in folders.SelectMany(folder => Directory.GetFiles(Path.Combine(root, folder))).Where(file => !file.EndsWith(".json", StringComparison.Ordinal)))
        {
            var payloads = Translated.Payloads(File.ReadAllText(file));
            var (text, ended, failed) = Translated.Stream(face, payloads);
            Assert.True(ended && !failed, file);
            check(text);
            var whole = payloads.FindIndex(p => p.Contains("\"message_stop\"", StringComparison.Ordinal) || p.Contains("\"finish_reason\":\"", StringComparison.Ordinal));
            Assert.False(Translated.Stream(face, payloads[..whole]).Ended, file);
            count++;
        }

        Assert.True(count > 3);
    }
}
