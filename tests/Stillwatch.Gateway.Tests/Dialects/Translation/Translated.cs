using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Tests.Dialects.Translation;

/// <summary>Runs translations on text and gives text back.</summary>
static class Translated
{
    public static readonly TranslationContext Context = new()
    {
        UpstreamModel = "up/model", ResponseModel = "asked-model", Time = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), InputTokens = 7, IncludeUsage = true,
        RequestId = "req_1",
    };

    public static (JsonObject? Json, GatewayError? Error, string Text) Request(Dialect face, string body, TranslationContext? context = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var ok = Translate.TryRequest(face, Encoding.UTF8.GetBytes(body), context ?? Context, output, out var error);
        var text = Encoding.UTF8.GetString(output.WrittenSpan);
        return (ok ? JsonNode.Parse(text)!.AsObject() : null, error, text);
    }

    public static (JsonObject? Json, GatewayError? Error) Response(Dialect face, string body)
    {
        var output = new ArrayBufferWriter<byte>();
        var ok = Translate.TryResponse(face, Encoding.UTF8.GetBytes(body), Context, output, out var error);
        return (ok ? JsonNode.Parse(output.WrittenSpan)!.AsObject() : null, error);
    }

    /// <summary>Translates the payloads of a stream; what each wrote is apart, the end's is last.</summary>
    public static (string Text, bool Ended, bool Failed) Stream(Dialect face, IEnumerable<string> payloads, TranslationContext? context = null)
    {
        var output = new ArrayBufferWriter<byte>();
        var translator = Translate.Stream(face, context ?? Context);
        foreach (var payload in payloads)
        {
            translator.Write(new SseFrame(default, default, Encoding.UTF8.GetBytes(payload)), output);
        }

        var ended = translator.End(output);
        return (Encoding.UTF8.GetString(output.WrittenSpan), ended, translator.HasFailed);
    }

    /// <summary>The payloads of a recorded stream: one a line, or as server-sent events.</summary>
    public static List<string> Payloads(string text) => [.. text.Split('\n')
        .Select(line => line.StartsWith("data:", StringComparison.Ordinal) ? line[5..].Trim() : line.StartsWith('{') ? line.Trim() : "")
        .Where(line => line.Length > 0)];
}
