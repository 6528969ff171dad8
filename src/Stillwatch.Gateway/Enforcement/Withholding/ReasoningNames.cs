using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>By which names reasoning travels. By how they begin, so that one not invented yet is rather withheld than passed.</summary>
/// <remarks>
/// Known today: <c>thinking</c>, <c>redacted_thinking</c>, <c>thinking_delta</c> (Anthropic), <c>reasoning_content</c> (DeepSeek, vLLM),
/// <c>reasoning</c> (vLLM, Ollama), <c>reasoning_details</c> (OpenRouter), <c>thinking_blocks</c> (LiteLLM), <c>reasoning_text</c> and
/// <c>encrypted_content</c> (Responses).
/// </remarks>
static class ReasoningNames
{
    const int MaxDepth = 16;

    /// <summary>Whether a member of this name, or a thing of this type, carries reasoning.</summary>
    /// <param name="spelled">As it stands between its quotes.</param>
    public static bool IsCarrier(ReadOnlySpan<byte> spelled)
    {
        if (spelled.Contains((byte)'\\'))
        {
            var plain = new ArrayBufferWriter<byte>(spelled.Length);
            RawText.Unescape(spelled, plain);
            spelled = plain.WrittenSpan;
        }

        return spelled.StartsWith("reasoning"u8) || spelled.StartsWith("thinking"u8) || spelled.StartsWith("redacted_thinking"u8)
            || spelled.StartsWith("thought"u8) || spelled.SequenceEqual("encrypted_content"u8) || spelled.SequenceEqual("signature_delta"u8);
    }

    /// <summary>
    /// The member's name is a carrier's and it holds something: null, empty text and empty lists say nothing and may stay.
    /// </summary>
    public static bool IsFilledCarrier(RawMember member) => HoldsSomething(member.Value) && IsCarrier(member.Name);

    /// <summary>A block or part whose type is a carrier's.</summary>
    public static bool IsCarrierBlock(RawValue block) => IsCarrier(block["type"u8].Text);

    public static bool HoldsSomething(RawValue value) =>
        value.IsSet && !(value.IsString && value.Text.IsEmpty)
        && !(value.IsArray && !value.Elements.MoveNext()) && !(value.IsObject && !value.Members.MoveNext());

    /// <summary>
    /// Whether anything inside, however deep, is a carrier: the question about things we do not know. Too deep to look is a yes.
    /// </summary>
    public static bool IsCarrierInside(RawValue value, int depth = 0)
    {
        if (depth > MaxDepth)
        {
            return true;
        }

        foreach (var element in value.Elements)
        {
            if (IsCarrierInside(element, depth + 1))
            {
                return true;
            }
        }

        foreach (var member in value.Members)
        {
            if (IsFilledCarrier(member) || (RawText.Equals(member.Name, "type"u8) && IsCarrier(member.Value.Text))
                || IsCarrierInside(member.Value, depth + 1))
            {
                return true;
            }
        }

        return false;
    }
}
