using System.Text;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Tests.Metering;
using Stillwatch.Gateway.Tests.Support;

namespace Stillwatch.Gateway.Tests.Forwarding;

/// <summary>Differential: what a client gets through the gateway is what the upstream sent, byte for byte, wherever the stream was cut on the way.</summary>
/// <remarks>A sample of the cuts; with STILLWATCH_FULL=1 every cut of streams up to 5 KB, and 300 of each longer one. Every cut of every stream, at the reader: SseReaderTests.</remarks>
public sealed class RecordedStreamTests
{
    const int SampledCuts = 12;
    const int FullCuts = 300;
    const int WhollyCutBytes = 5_000;

    [Fact]
    public Task Built_in_streams_come_through_byte_for_byte() => AssertSameAsync(RecordedStreams.BuiltIn);

    [Fact]
    public Task Recorded_streams_come_through_byte_for_byte()
    {
        var recorded = RecordedStreams.Recorded();
        Assert.SkipWhen(recorded.Count == 0, "no recorded streams beside STILLWATCH_CORPUS; the built-in twin ran");
        return AssertSameAsync(recorded);
    }

    static async Task AssertSameAsync(IEnumerable<RecordedResponse> responses)
    {
        var sent = 0;
        foreach (var group in responses.Where(response => response.IsStream).GroupBy(response => response.Dialect))
        {
            var recordings = group.ToArray();
            await using var upstream = new ScriptedUpstream((request, connection) => PlayAsync(request, connection, recordings));
            await using var gateway = await TestGateway.StartAsync(
                config => config with { Upstreams = [config.Upstreams[0] with { AskForUsage = false }] }, group.Key, upstream.Address);
            for (var i = 0; i < recordings.Length; i++)
            {
                foreach (var cut in Cuts(recordings[i].Bytes.Length))
                {
                    sent++;
                    await AssertSameAsync(gateway, recordings[i], i, cut);
                }
            }
        }

        TestContext.Current.SendDiagnosticMessage("{0} streams compared", sent);
    }

    static async Task AssertSameAsync(TestGateway gateway, RecordedResponse recording, int index, int cut)
    {
        var path = recording.Dialect == Dialect.Anthropic ? "/v1/messages" : "/v1/chat/completions";
        using var body = new StringContent($$"""{"model":"{{index}}-{{cut}}","max_tokens":5,"stream":true,"messages":[]}""", Encoding.UTF8, "application/json");
        using var response = await gateway.Client.PostAsync(path, body);
        var got = await response.Content.ReadAsByteArrayAsync();
        if (got.AsSpan().SequenceEqual(recording.Bytes))
        {
            return;
        }

        // A recording that breaks off keeps every whole event, and then says so.
        using var reading = RecordedStreams.Read(recording);
        Assert.False(reading.IsComplete, $"{recording.Name} cut at {cut}: complete, but not the same bytes");
        var added = Encoding.UTF8.GetString(got).LastIndexOf("upstream_truncated", StringComparison.Ordinal);
        Assert.True(added > 0, $"{recording.Name} cut at {cut}: truncated, and nobody says so");
        var common = got.AsSpan().CommonPrefixLength(recording.Bytes);
        Assert.True(
            recording.Bytes.AsSpan(common).IndexOf("\n\n"u8) < 0 && recording.Bytes.AsSpan(common).IndexOf("\r\n\r\n"u8) < 0,
            $"{recording.Name} cut at {cut}: a whole event was lost");
    }

    static async Task PlayAsync(ScriptedRequest request, ScriptedConnection connection, RecordedResponse[] recordings)
    {
        var model = System.Text.Json.Nodes.JsonNode.Parse(request.Text)!["model"]!.GetValue<string>().Split('-');
        var bytes = recordings[int.Parse(model[0])].Bytes;
        var cut = int.Parse(model[1]);
        await connection.SendHeadAsync(200, ("content-type", "text/event-stream"), ("transfer-encoding", "chunked"));
        if (cut > 0)
        {
            await connection.SendChunkAsync(bytes.AsMemory(0, cut));
        }

        await connection.SendChunkAsync(bytes.AsMemory(cut));
        await connection.EndChunksAsync();
    }

    static IEnumerable<int> Cuts(int length)
    {
        if (RecordedStreams.IsFull && length <= WhollyCutBytes)
        {
            return Enumerable.Range(0, length);
        }

        var count = Math.Min(length, RecordedStreams.IsFull ? FullCuts : SampledCuts);
        return Enumerable.Range(0, count).Select(i => (int)((long)i * 7919 * length / count % length)).Distinct();
    }
}
