using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>One choice of an OpenAI response, whole or as it comes: takes its reasoning out and keeps it for the calls it led to.</summary>
sealed class WithheldChoice(int index, Withholding terms)
{
    /// <summary>Calls of one message; those beyond are not remembered.</summary>
    const int MaxCalls = 256;

    readonly ThinkTags _tags = new(terms.TextBeginsInside);
    readonly CapturedReasoning _reasoning = new() { Kind = ReasoningKind.ReasoningContent };
    readonly List<byte[]> _calls = [];
    readonly ArrayBufferWriter<byte> _kept = new();
    bool _hasRole;
    bool _hasReasoned;

    public int Index => index;

    /// <summary>The end of text that was held back, spelled; for a chunk of its own.</summary>
    public ReadOnlySpan<byte> Released => _kept.WrittenSpan;

    /// <summary>Edits a choice of a chunk or of a whole completion.</summary>
    /// <returns>Whether something was withheld, and whether nothing worth passing is left.</returns>
    public (bool IsChanged, bool IsEmpty) Edit(ReadOnlySpan<byte> source, RawValue choice, BodyEdits edits, bool isWhole)
    {
        _kept.ResetWrittenCount();
        var ends = !choice["finish_reason"u8].Text.IsEmpty;
        var said = new Said { TextIsOver = ends || choice["delta"u8]["tool_calls"u8].Elements.MoveNext() };
        EditMessage(source, choice["delta"u8], edits, isWhole, ref said);
        EditMessage(source, choice["message"u8], edits, isWhole, ref said);
        if (said.TextIsOver && !isWhole && !said.HasContent)
        {
            _tags.Flush(_kept);
        }

        var logprobs = choice["logprobs"u8];
        said.IsChanged |= logprobs.IsObject && HasFilledCarrier(logprobs);
        _hasReasoned |= said.IsChanged;

        // One list for all tokens of a chunk or a completion: none can be told from the others. Those of a chunk without text are of
        // tokens a parser took away, which are reasoning's when there was any.
        var hides = said.IsChanged || (_hasReasoned && !said.Speaks);
        if (hides && logprobs.IsSet)
        {
            edits.Replace(source, logprobs, "null"u8.ToArray());
        }

        terms.EditUsage(source, choice["usage"u8], edits);
        var isTaken = edits.RemoveMembers(source, choice, member => ReasoningNames.IsFilledCarrier(member) || (hides && IsTokens(member)));
        return (said.IsChanged || isTaken, !said.Speaks && !ends);
    }

    /// <summary>The message is whole: what it thought is kept for its calls.</summary>
    public void Remember()
    {
        terms.Remember(_reasoning.Taken(), _calls);
        _calls.Clear();
    }

    void EditMessage(ReadOnlySpan<byte> source, RawValue message, BodyEdits edits, bool isWhole, ref Said said)
    {
        if (!message.IsObject)
        {
            return;
        }

        Capture(message);
        foreach (var call in message["tool_calls"u8].Elements)
        {
            if (call["id"u8].Text is { IsEmpty: false } id && _calls.Count < MaxCalls)
            {
                _calls.Add(id.ToArray());
            }
        }

        var content = message["content"u8];
        if (content.IsString)
        {
            EditText(source, content, edits, isWhole, ref said);
        }
        else if (content.IsArray)
        {
            EditParts(source, content, edits, isWhole, ref said);
        }

        var speaks = false;
        foreach (var member in message.Members)
        {
            var isRole = RawText.Equals(member.Name, "role"u8);
            speaks |= isRole
                ? !_hasRole
                : !RawText.Equals(member.Name, "content"u8) && !IsRemoved(member) && ReasoningNames.HoldsSomething(member.Value);
            _hasRole |= isRole;
        }

        said.Speaks |= speaks;
        said.IsChanged |= edits.RemoveMembers(source, message, IsRemoved);
    }

    // LiteLLM repeats reasoning among its own fields.
    static bool IsRemoved(RawMember member) =>
        ReasoningNames.IsFilledCarrier(member)
        || (RawText.Equals(member.Name, "provider_specific_fields"u8) && ReasoningNames.IsCarrierInside(member.Value));

    static bool IsTokens(RawMember member) => RawText.Equals(member.Name, "token_ids"u8) && member.Value.IsSet;

    static bool HasFilledCarrier(RawValue obj)
    {
        foreach (var member in obj.Members)
        {
            if (ReasoningNames.IsFilledCarrier(member))
            {
                return true;
            }
        }

        return false;
    }

    void Capture(RawValue message)
    {
        var content = message["reasoning_content"u8].Text;
        var other = message["reasoning"u8].Text;
        if (content.IsEmpty && !other.IsEmpty)
        {
            _reasoning.Kind = ReasoningKind.Reasoning;
        }

        _reasoning.Add(content.IsEmpty ? other : content);
    }

    void EditText(ReadOnlySpan<byte> source, RawValue text, BodyEdits edits, bool isWhole, ref Said said)
    {
        ReadOnlySpan<byte> kept;
        if (isWhole)
        {
            kept = WithheldMessage.Answer(text.Text, terms);
        }
        else
        {
            _kept.ResetWrittenCount();
            _tags.Filter(text.Text, _kept);
            if (said.TextIsOver)
            {
                _tags.Flush(_kept);
            }

            kept = _kept.WrittenSpan;
        }

        said.HasContent = true;
        said.Speaks |= !kept.IsEmpty;
        if (!kept.SequenceEqual(text.Text))
        {
            said.IsChanged = true;
            edits.Replace(source, text, [(byte)'"', .. kept, (byte)'"']);
        }

        _kept.ResetWrittenCount();
    }

    void EditParts(ReadOnlySpan<byte> source, RawValue parts, BodyEdits edits, bool isWhole, ref Said said)
    {
        foreach (var part in parts.Elements)
        {
            if (part["text"u8].IsString && !ReasoningNames.IsCarrierBlock(part))
            {
                EditText(source, part["text"u8], edits, isWhole, ref said);
            }
            else if (!ReasoningNames.IsCarrierBlock(part))
            {
                said.Speaks = true;
            }
        }

        said.IsChanged |= edits.RemoveElements(source, parts, ReasoningNames.IsCarrierBlock);
    }

    /// <summary>What an edited choice still says.</summary>
    struct Said
    {
        public bool IsChanged;
        public bool Speaks;
        public bool HasContent;
        public bool TextIsOver; // the end, or calls begin: an unfinished tag was none
    }
}
