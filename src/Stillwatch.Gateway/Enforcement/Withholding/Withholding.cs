using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Stillwatch.Gateway.Batches;
using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Takes the reasoning out of one response, on the caller's face, after any translation. What is not reasoning stays byte for byte; what
/// cannot be read is never passed on.
/// </summary>
/// <remarks>
/// Anthropic callers get the official shape of omitted thinking, with the reasoning sealed in the block's signature; OpenAI callers get
/// messages without it, and the gateway remembers it by the ids of the calls it led to. <see cref="ReasoningRestore"/> puts both back.
/// One per response; not thread-safe.
/// </remarks>
sealed class Withholding(ReasoningVault vault, Dialect face, string account, string requestId)
{
    /// <summary>Usage may say how many tokens the reasoning had.</summary>
    public bool StatesThinkingTokens { get; init; }

    /// <summary>The upstream has no reasoning parser and its template opens the tag in the prompt: text begins as reasoning.</summary>
    public bool TextBeginsInside { get; init; }

    public Dialect Face => face;

    public string RequestId => requestId;

    public TimeProvider Time => vault.Time;

    /// <summary>The stream's last step.</summary>
    /// <param name="inner">What changes the stream before: a translation, the model's name. Null: nothing does.</param>
    public StreamTranslator Wrap(StreamTranslator? inner)
    {
        StreamTranslator withheld = face == Dialect.Anthropic ? new WithheldMessageStream(this) : new WithheldChatStream(this);
        return inner is null ? withheld : new ChainedStream(inner, withheld);
    }

    /// <summary>A whole body.</summary>
    /// <param name="output">Of no use when false is returned.</param>
    /// <returns>False when <paramref name="body"/> is no response of the face.</returns>
    public bool TryBody(ReadOnlySpan<byte> body, IBufferWriter<byte> output, [NotNullWhen(false)] out GatewayError? error)
    {
        var root = RawScan.IsWellFormed(body) ? RawValue.Of(body) : default;
        var edits = new BodyEdits();
        if (face == Dialect.Anthropic ? !WithheldMessage.TryEdit(body, root, edits, this) : !WithheldCompletion.TryEdit(body, root, edits, this))
        {
            error = UpstreamError.Unreadable;
            return false;
        }

        edits.WriteTo(body, output);
        error = null;
        return true;
    }

    /// <summary>One line of a batch's results, line end included or not. Lines without a message pass.</summary>
    /// <returns>False when it cannot be read: it must not be passed on.</returns>
    public bool TryResultLine(ReadOnlySpan<byte> line, IBufferWriter<byte> output)
    {
        var json = line.Trim(" \t\r\n"u8);
        if (json.IsEmpty)
        {
            output.Write(line);
            return true;
        }

        var edits = new BodyEdits();
        if (!RawScan.IsWellFormed(json) || RawValue.Of(json) is not { IsObject: true } root)
        {
            return false;
        }

        var message = root["result"u8]["message"u8];
        if (message.IsSet ? !WithheldMessage.TryEdit(line, message, edits, this) : ReasoningNames.IsCarrierInside(root))
        {
            return false;
        }

        edits.WriteTo(line, output);
        return true;
    }

    /// <summary>A signature or data that stands for the reasoning, plain ASCII.</summary>
    public byte[] Seal(SealedReasoning reasoning)
    {
        if (reasoning.Kind == ReasoningKind.Lost || reasoning.Text.Length + reasoning.Signature.Length > SealedReasoning.MaxBytes)
        {
            vault.Lost.Add("oversized");
        }

        return vault.Seal.Seal(reasoning, account);
    }

    /// <summary>Keeps reasoning for the calls it led to, where the caller has no place for a token.</summary>
    public void Remember(SealedReasoning reasoning, IReadOnlyList<byte[]> callIds)
    {
        if (callIds.Count == 0 || reasoning.Text.IsEmpty)
        {
            return;
        }

        var token = Seal(reasoning);
        foreach (var id in callIds)
        {
            vault.Memory.Keep(account, id, token);
        }
    }

    /// <summary>Takes the length of the reasoning out of a usage object, at any depth: <c>iterations</c> have one each.</summary>
    public void EditUsage(ReadOnlySpan<byte> source, RawValue usage, BodyEdits edits)
    {
        if (StatesThinkingTokens || usage.Bytes.IndexOf("_tokens"u8) < 0)
        {
            return;
        }

        foreach (var member in usage.Members)
        {
            if (!IsLength(member))
            {
                EditUsage(source, member.Value, edits);
            }
        }

        foreach (var element in usage.Elements)
        {
            EditUsage(source, element, edits);
        }

        edits.RemoveMembers(source, usage, IsLength);
    }

    static bool IsLength(RawMember member) =>
        RawText.Equals(member.Name, "thinking_tokens"u8) || RawText.Equals(member.Name, "reasoning_tokens"u8);
}
