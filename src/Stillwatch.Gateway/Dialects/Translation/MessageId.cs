using System.Text;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>A response's id with the caller's prefix, the rest as the upstream had it. Call ids are never touched: they come back and the
/// upstream checks them.</summary>
static class MessageId
{
    /// <summary>As long as an id may be that is put into every chunk.</summary>
    const int MaxBytes = 128;

    public static byte[] ForAnthropic(RawValue id, TranslationContext context) => Of(id, "chatcmpl-"u8, "msg_"u8, context);

    public static byte[] ForOpenAi(RawValue id, TranslationContext context) => Of(id, "msg_"u8, "chatcmpl-"u8, context);

    static byte[] Of(RawValue id, ReadOnlySpan<byte> from, ReadOnlySpan<byte> to, TranslationContext context)
    {
        var text = id.Text;
        if (text.StartsWith(from))
        {
            text = text[from.Length..];
        }

        // An upstream without an id, or with an absurd one: the time will do, nobody asks for a message by it.
        return text.IsEmpty || text.Length > MaxBytes ? [.. to, .. Encoding.ASCII.GetBytes($"{context.Time.ToUnixTimeMilliseconds():x}")] : [.. to, .. text];
    }
}
