using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Stillwatch.Gateway.Dialects.Translation.AnthropicToOpenAi;
using Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>The one door to translation between the two dialects. What becomes of each member: docs/translation.md. Stateless,
/// thread-safe; no input makes it throw.</summary>
static class Translate
{
    /// <summary>Writes the request an upstream of the other dialect understands.</summary>
    /// <param name="face">The dialect of <paramref name="body"/>.</param>
    /// <param name="output">Of no use when false is returned: it may hold half a request.</param>
    /// <returns>False with <paramref name="error"/> when the request says something the other dialect cannot: refused, never half
    /// applied.</returns>
    public static bool TryRequest(
        Dialect face, ReadOnlySpan<byte> body, TranslationContext context, IBufferWriter<byte> output, [NotNullWhen(false)] out GatewayError? error)
    {
        if (!TryRoot(body, out var root))
        {
            error = new(400, "invalid_json", "The body must be one JSON object; check its quoting and that it arrived whole.");
            return false;
        }

        var request = new RawIndex(root, stackalloc RawIndex.Entry[RawIndex.MaxMembers]);
        error = face == Dialect.Anthropic ? RequestToOpenAi.Write(request, context, output) : RequestToAnthropic.Write(request, context, output);
        return error is null;
    }

    /// <summary>Writes an upstream's whole response in the caller's dialect; false when the upstream's body cannot be understood.</summary>
    /// <param name="face">The caller's dialect; <paramref name="body"/> is in the other.</param>
    /// <param name="output">Of no use when false is returned.</param>
    public static bool TryResponse(
        Dialect face, ReadOnlySpan<byte> body, TranslationContext context, IBufferWriter<byte> output, [NotNullWhen(false)] out GatewayError? error)
    {
        if (!TryRoot(body, out var root))
        {
            error = UpstreamError.Unreadable;
            return false;
        }

        error = face == Dialect.Anthropic ? ResponseToAnthropic.Write(root, context, output) : ResponseToOpenAi.Write(root, context, output);
        return error is null;
    }

    /// <summary>A translator from the other dialect's stream to <paramref name="face"/>.</summary>
    public static StreamTranslator Stream(Dialect face, TranslationContext context) =>
        face == Dialect.Anthropic ? new StreamToAnthropic(context) : new StreamToOpenAi(context);

    /// <summary>What an upstream's error of <paramref name="status"/> becomes: mapped by status, its message kept, its type name
    /// never.</summary>
    public static GatewayError Error(int status, ReadOnlySpan<byte> body) => UpstreamError.Of(status, body);

    static bool TryRoot(ReadOnlySpan<byte> body, out RawValue root)
    {
        root = RawScan.IsWellFormed(body) ? RawValue.Of(body) : default;
        return root.IsObject;
    }
}
