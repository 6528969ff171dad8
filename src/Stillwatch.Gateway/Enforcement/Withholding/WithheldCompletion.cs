using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>Withholding from a whole OpenAI completion.</summary>
static class WithheldCompletion
{
    /// <returns>False when it is no completion and no error.</returns>
    public static bool TryEdit(ReadOnlySpan<byte> source, RawValue root, BodyEdits edits, Withholding terms)
    {
        var choices = root["choices"u8];
        if (!root.IsObject || (!choices.IsArray && !root["error"u8].IsSet))
        {
            return false;
        }

        foreach (var choice in choices.Elements)
        {
            var reading = new WithheldChoice(choice["index"u8].Count(0), terms);
            reading.Edit(source, choice, edits, isWhole: true);
            reading.Remember();
        }

        terms.EditUsage(source, root["usage"u8], edits);
        edits.RemoveMembers(source, root, ReasoningNames.IsFilledCarrier);
        return true;
    }
}
