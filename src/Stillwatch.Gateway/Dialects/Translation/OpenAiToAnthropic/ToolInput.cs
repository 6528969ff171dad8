using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation.OpenAiToAnthropic;

/// <summary>The arguments of a call, JSON spelled inside a string, as the JSON they are.</summary>
static class ToolInput
{
    /// <summary>False when they are no JSON object. None at all, or only white space, is the empty object: a tool without
    /// parameters.</summary>
    public static bool TryRead(ReadOnlySpan<byte> spelled, ArrayBufferWriter<byte> output)
    {
        RawText.Unescape(spelled, output);
        if (output.WrittenSpan.Trim(" \t\n\r"u8).IsEmpty)
        {
            output.ResetWrittenCount();
            output.Write("{}"u8);
            return true;
        }

        return RawScan.IsWellFormed(output.WrittenSpan) && RawValue.Of(output.WrittenSpan).IsObject;
    }
}
