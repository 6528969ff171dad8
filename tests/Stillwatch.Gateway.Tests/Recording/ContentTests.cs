using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Recording;

public sealed class ContentTests
{
    const string Canary = "canary-7f3a";
    const string Message =
        """{"id":"msg_1","type":"message","content":[{"type":"text","text":"canary-7f3a said"}],"usage":{"input_tokens":3,"output_tokens":5}}""";

    static readonly string[] s_stream =
    [
        """
        event: message_start
        data: {"type":"message_start","message":{"id":"msg_2","content":[],"usage":{"input_tokens":3,"output_tokens":1}}}


        """,
        """
        event: content_block_start
        data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}


        """,
        """
        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"canary-7f3a \ud83d"}}


        """,
        """
        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\ude00 \"streamed\""}}


        """,
        """
        event: content_block_start
        data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"toolu_1","name":"n","input":{}}}


        """,
        """
        event: message_delta
        data: {"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}


        """,
        """
        event: message_stop
        data: {"type":"message_stop"}


        """,
    ];

    [Fact]
    public async Task No_text_is_found_in_any_file_or_log_line_unless_the_operator_logs_content()
    {
        var (files, logs) = await SendAsync(logContent: false);
        Assert.Contains(files.Keys, name => name.EndsWith("exchanges.db", StringComparison.Ordinal));
        Assert.DoesNotContain(files, file => file.Value.Contains(Canary, StringComparison.Ordinal));
        Assert.DoesNotContain(logs, line => line.Contains(Canary, StringComparison.Ordinal));
        Assert.DoesNotContain(files.Keys, name => name.Contains("content", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Content_that_is_logged_stands_in_the_content_folder_and_nowhere_else()
    {
        var (files, logs) = await SendAsync(logContent: true);
        var found = Assert.Single(files, file => file.Value.Contains(Canary, StringComparison.Ordinal));
        Assert.Contains("content", found.Key);
        Assert.DoesNotContain(logs, line => line.Contains(Canary, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_line_holds_the_request_and_the_response_or_the_assembled_stream()
    {
        var (files, _) = await SendAsync(logContent: true);
        var lines = files.Single(file => file.Key.EndsWith(".jsonl", StringComparison.Ordinal)).Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(3, lines.Count);
        Assert.Equal("canary-7f3a asks", lines[0].GetProperty("request").GetProperty("messages")[0].GetProperty("content").GetString());
        Assert.Equal(Message, lines[0].GetProperty("response").GetRawText());

        var streamed = lines[1].GetProperty("response");
        Assert.Equal("msg_2", streamed.GetProperty("id").GetString());
        Assert.Equal("tool_use", streamed.GetProperty("stop_reason").GetString());
        Assert.Equal(7, streamed.GetProperty("usage").GetProperty("output_tokens").GetInt32());
        Assert.Equal("canary-7f3a 😀 \"streamed\"", streamed.GetProperty("content")[0].GetProperty("text").GetString());
        Assert.Equal("toolu_1", streamed.GetProperty("content")[1].GetProperty("id").GetString());

        Assert.Equal(429, lines[2].GetProperty("status").GetInt32());
        Assert.False(lines[2].TryGetProperty("response", out _));
    }

    // One whole answer, one stream, one refusal; every file of the directory and every line logged.
    static async Task<(Dictionary<string, string> Files, IReadOnlyCollection<string> Logs)> SendAsync(bool logContent)
    {
        await using var upstream = new ScriptedUpstream(async (request, connection) =>
        {
            if (request.Text.Contains("\"stream\":true", StringComparison.Ordinal))
            {
                await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
                foreach (var piece in s_stream)
                {
                    await connection.SendChunkAsync(piece.ReplaceLineEndings("\n"));
                }

                await connection.EndChunksAsync();
                return;
            }

            await (request.Text.Contains("refuse", StringComparison.Ordinal)
                ? connection.ReplyAsync(429, "application/json", """{"type":"error","error":{"type":"rate_limit_error","message":"canary-7f3a"}}""")
                : connection.ReplyAsync(200, "application/json", Message));
        });
        using var logs = new KeptLog();
        using var factory = LoggerFactory.Create(builder => builder.SetMinimumLevel(LogLevel.Trace).AddProvider(logs));
        var directory = "";
        await using var gateway = await TestGateway.StartAsync(
            new ServeOptions { IsDevelopment = true, Logs = factory },
            config =>
            {
                directory = config.DataDirectory;
                return config with { LogContent = logContent };
            },
            Dialect.Anthropic, upstream.Address);
        foreach (var more in (string[])["", "\"stream\":true,", "\"stop_sequences\":[\"refuse\"],"])
        {
            var body = $$"""
                {"model":"m","max_tokens":9,{{more}}"metadata":{"user_id":"canary-7f3a"},"system":"canary-7f3a",
                 "messages":[{"role":"user","content":"canary-7f3a asks"}]}
                """;
            using var response = await gateway.Client.PostAsync("/v1/messages", new StringContent(body), TestContext.Current.CancellationToken);
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            await gateway.BodiesAreGivenBackAsync();
        }

        await gateway.Host.Parts.Recorder.FlushAsync(TestContext.Current.CancellationToken);
        Assert.Equal(3, gateway.Host.Parts.Recorder.Counts.Kept);
        var files = Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock")
            .ToDictionary(path => Path.GetRelativePath(directory, path), Read);
        return (files, logs.Lines);
    }

    static string Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, path.EndsWith(".jsonl", StringComparison.Ordinal) ? Encoding.UTF8 : Encoding.Latin1);
        return reader.ReadToEnd();
    }

    sealed class KeptLog : ILoggerProvider, ILogger
    {
        readonly ConcurrentQueue<string> _lines = [];

        public IReadOnlyCollection<string> Lines => _lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            => _lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
