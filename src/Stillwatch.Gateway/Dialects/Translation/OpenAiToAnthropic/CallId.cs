using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>A call's id: the upstream's own, untouched, because it comes back with the result and the upstream checks it.</summary>
static class CallId
{
    /// <summary>Where the upstream gave none, one that is unique in the conversation: the message's id and the call's number.</summary>
    public static void Write(ReadOnlySpan<byte> spelled, ReadOnlySpan<byte> messageId, int number, RawWriter json)
    {
        if (!spelled.IsEmpty)
        {
            json.Text(spelled);
            return;
        }

        json.OpenText();
        json.Piece("toolu_"u8);
        json.Piece(messageId);
        json.Piece("_"u8);
        Span<byte> digits = stackalloc byte[10];
        System.Buffers.Text.Utf8Formatter.TryFormat(number, digits, out var length);
        json.Piece(digits[..length]);
        json.CloseText();
    }
}
