using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>What a translation must know of the exchange beside the bodies.</summary>
sealed record TranslationContext
{
    /// <summary>The name the upstream knows the model by.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>The name stated in the caller's response.</summary>
    public required string ResponseModel { get; init; }

    /// <summary>The account's keyed name, the user id the upstream sees; null sends none.</summary>
    public string? UpstreamUserId { get; init; }

    /// <summary>When the response was begun, for OpenAI's <c>created</c>.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>Input tokens by our own count, for <c>message_start</c> before the upstream has said.</summary>
    public int InputTokens { get; init; }

    /// <summary>The caller of an OpenAI stream asked for the usage chunk.</summary>
    public bool IncludeUsage { get; init; }
}

/// <summary>The one door to translation between the two dialects.</summary>
static class Translate
{
    /// <summary>Writes the request an upstream of the other dialect understands.</summary>
    /// <param name="face">The dialect of <paramref name="body"/>.</param>
    /// <returns>False with <paramref name="error"/> when the request says something the other dialect cannot: refused, never half applied.</returns>
    public static bool TryRequest(
        Dialect face, ReadOnlySpan<byte> body, TranslationContext context, IBufferWriter<byte> output, [NotNullWhen(false)] out GatewayError? error) =>
        throw new NotImplementedException();

    /// <summary>Writes an upstream's whole response in the caller's dialect; false when the upstream's body cannot be understood.</summary>
    public static bool TryResponse(
        Dialect face, ReadOnlySpan<byte> body, TranslationContext context, IBufferWriter<byte> output, [NotNullWhen(false)] out GatewayError? error) =>
        throw new NotImplementedException();

    /// <summary>A translator from the other dialect's stream to <paramref name="face"/>.</summary>
    public static StreamTranslator Stream(Dialect face, TranslationContext context) => throw new NotImplementedException();

    /// <summary>What an upstream's error of <paramref name="status"/> becomes: mapped by status, its message kept, its type name never.</summary>
    public static GatewayError Error(int status, ReadOnlySpan<byte> body) => throw new NotImplementedException();
}
