using System.Buffers;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Metering;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Withholding from an OpenAI stream. A chunk that says nothing without its reasoning is dropped; the one with the role stays.
/// </summary>
/// <remarks>A running usage in a dropped chunk goes with it: the next one has it again, added up.</remarks>
sealed class WithheldChatStream(Withholding terms) : WithheldStream(terms)
{
    /// <summary>The largest <c>n</c> of the API.</summary>
    const int MaxChoices = 128;

    readonly List<WithheldChoice> _choices = [];
    readonly ArrayBufferWriter<byte> _released = new();

    protected override ReadOnlySpan<byte> LifeSign => ": keep-alive\n\n"u8;

    protected override void Read(in SseFrame frame, ReadOnlySpan<byte> data, RawValue root, IBufferWriter<byte> output)
    {
        if (root["error"u8].IsSet || root["object"u8].Is("error"u8))
        {
            Pass(frame, output);
            HasFailed = true;
            return;
        }

        var (isChanged, isEmpty) = (false, true);
        _released.ResetWrittenCount();
        foreach (var choice in root["choices"u8].Elements)
        {
            if (ChoiceOf(choice["index"u8].Count(0)) is not { } known)
            {
                Fail(output);
                return;
            }

            var edited = known.Edit(data, choice, Edits, isWhole: false);
            isChanged |= edited.IsChanged;
            isEmpty &= edited.IsEmpty;
            Release(known, root);
            if (!choice["finish_reason"u8].Text.IsEmpty)
            {
                known.Remember(); // before the client can have the end, and come back
            }
        }

        Terms.EditUsage(data, root["usage"u8], Edits);
        isChanged |= Edits.RemoveMembers(data, root, ReasoningNames.IsFilledCarrier);
        output.Write(_released.WrittenSpan);
        if (isChanged && isEmpty && root["choices"u8].Elements.MoveNext())
        {
            Withhold(output);
            return;
        }

        Pass(frame, output);
    }

    WithheldChoice? ChoiceOf(int index)
    {
        var known = _choices.Find(choice => choice.Index == index);
        if (known is null && _choices.Count < MaxChoices)
        {
            _choices.Add(known = new WithheldChoice(index, Terms));
        }

        return known;
    }

    // The last characters of a text looked like a tag and were none; the chunk that ends the choice has no place for them.
    void Release(WithheldChoice choice, RawValue root)
    {
        if (choice.Released.IsEmpty)
        {
            return;
        }

        var json = new RawWriter(_released);
        _released.Write("data: "u8);
        json.BeginObject();
        foreach (var member in root.Members)
        {
            if (RawText.Equals(member.Name, "id"u8) || RawText.Equals(member.Name, "object"u8) || RawText.Equals(member.Name, "created"u8)
                || RawText.Equals(member.Name, "model"u8))
            {
                json.Name(member.Name).Raw(member.Value.Bytes);
            }
        }

        json.Name("choices"u8).BeginArray();
        json.BeginObject();
        json.Name("index"u8).Number(choice.Index);
        json.Name("delta"u8).BeginObject();
        json.Name("content"u8).Text(choice.Released);
        json.EndObject();
        json.Name("logprobs"u8).Raw("null"u8);
        json.Name("finish_reason"u8).Raw("null"u8);
        json.EndObject();
        json.EndArray();
        json.EndObject();
        _released.Write("\n\n"u8);
    }
}
