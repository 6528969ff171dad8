using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>Withholding from a whole Anthropic message: every block keeps its place.</summary>
static class WithheldMessage
{
    /// <summary>A thinking block as it begins in a stream.</summary>
    public static byte[] Begun => "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\"\"}"u8.ToArray();

    /// <param name="source">The text that <paramref name="message"/> is a slice of; the edits are by places in it.</param>
    /// <returns>False when it is no message and no error.</returns>
    public static bool TryEdit(ReadOnlySpan<byte> source, RawValue message, BodyEdits edits, Withholding terms)
    {
        var content = message["content"u8];
        if (!message.IsObject || (!content.IsArray && !message["error"u8].IsObject))
        {
            return false;
        }

        var ofText = false;
        foreach (var block in content.Elements)
        {
            ofText |= EditBlock(source, block, edits, terms);
        }

        if (ofText)
        {
            // A text that was nothing but reasoning: the API itself refuses an empty one when it comes back.
            edits.RemoveElements(source, content, block => IsEmptied(block, terms));
        }

        terms.EditUsage(source, message["usage"u8], edits);
        return true;
    }

    /// <returns>Whether a text block was emptied; it is left to be removed.</returns>
    static bool EditBlock(ReadOnlySpan<byte> source, RawValue block, BodyEdits edits, Withholding terms)
    {
        var type = block["type"u8];
        if (type.Is("redacted_thinking"u8))
        {
            Redact(source, block, edits, terms);
        }
        else if (ReasoningNames.IsCarrierBlock(block))
        {
            var captured = new CapturedReasoning();
            captured.Add(block["thinking"u8].Text);
            captured.Sign(block["signature"u8].Text);
            edits.Replace(source, block, [.. "{\"type\":\"thinking\",\"thinking\":\"\",\"signature\":\""u8, .. terms.Seal(captured.Taken()), .. "\"}"u8]);
        }
        else if (type.Is("text"u8))
        {
            var text = block["text"u8];
            var kept = Answer(text.Text, terms);
            if (kept.Length == 0 && !text.Text.IsEmpty)
            {
                return true;
            }

            if (kept.Length != text.Text.Length)
            {
                edits.Replace(source, text, [(byte)'"', .. kept, (byte)'"']);
            }
        }

        return false;
    }

    static bool IsEmptied(RawValue block, Withholding terms) =>
        block["type"u8].Is("text"u8) && block["text"u8].Text is { IsEmpty: false } text && Answer(text, terms).Length == 0;

    /// <summary>A redacted block shows nothing, but another account could send it: its data is sealed too.</summary>
    public static void Redact(ReadOnlySpan<byte> source, RawValue block, BodyEdits edits, Withholding terms)
    {
        var data = block["data"u8];
        if (!data.Text.IsEmpty)
        {
            edits.Replace(source, data, [(byte)'"', .. terms.Seal(new(ReasoningKind.Redacted, default, data.Text.ToArray())), (byte)'"']);
        }
    }

    /// <summary>A whole text without the reasoning at its beginning.</summary>
    public static ReadOnlySpan<byte> Answer(ReadOnlySpan<byte> spelled, Withholding terms)
    {
        if (spelled.IndexOf((byte)'>') < 0 && spelled.IndexOf("003"u8) < 0 && !terms.TextBeginsInside)
        {
            return spelled; // no tag, however spelled
        }

        if (ThinkTags.LoneEnd(spelled) is > 0 and var end)
        {
            return spelled[end..];
        }

        var kept = new ArrayBufferWriter<byte>(spelled.Length);
        var tags = new ThinkTags(terms.TextBeginsInside);
        tags.Filter(spelled, kept);
        tags.Flush(kept);
        return kept.WrittenSpan;
    }
}
