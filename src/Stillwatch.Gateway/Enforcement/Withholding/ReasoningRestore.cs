using Stillwatch.Gateway.Dialects;
using Stillwatch.Gateway.Dialects.Translation.RawJson;
using Stillwatch.Gateway.Forwarding;
using Stillwatch.Gateway.Recording;

namespace Stillwatch.Gateway.Enforcement.Withholding;

/// <summary>
/// Puts withheld reasoning back into a request's history, on the caller's face, before any translation. All other bytes stay, so that an
/// upstream's signature over them still holds. Thread-safe.
/// </summary>
/// <remarks>
/// For every request, whatever rung its account is on now. A request without a token of ours costs one search through its bytes; an OpenAI
/// account without anything in memory costs one look-up.
/// </remarks>
sealed class ReasoningRestore(ReasoningSeal seal, ReasoningMemory memory)
{
    /// <summary>
    /// Blocks by what became of them: <c>restored</c>, <c>unopened</c> (another account's, altered, of an unknown key), <c>empty</c>
    /// (there was too much to carry).
    /// </summary>
    public ReasonTally Blocks { get; } = new();

    /// <summary>
    /// Adds to <paramref name="edits"/>, only inside <c>messages</c>: what is edited elsewhere in the body is never in the way.
    /// </summary>
    public void Edit(ReadOnlySpan<byte> body, Dialect face, string account, BodyEdits edits)
    {
        if (face == Dialect.Anthropic ? body.IndexOf(ReasoningSeal.Mark) < 0 : !memory.Holds(account))
        {
            return;
        }

        if (!RawScan.IsWellFormed(body) || RawValue.Of(body) is not { IsObject: true } root)
        {
            return; // whoever parses it says so
        }

        if (face == Dialect.Anthropic)
        {
            EditMessages(body, root["messages"u8], account, edits);
            return;
        }

        foreach (var message in root["messages"u8].Elements)
        {
            EditChat(body, message, account, edits);
        }
    }

    // A block that cannot be opened is taken out, since no upstream takes a foreign signature; a message that had nothing else, too.
    void EditMessages(ReadOnlySpan<byte> body, RawValue messages, string account, BodyEdits edits)
    {
        var hollow = new HashSet<int>();
        var at = 0;
        foreach (var message in messages.Elements)
        {
            var content = message["content"u8];
            if (content.Bytes.IndexOf(ReasoningSeal.Mark) >= 0 && !TryEditContent(body, content, account, edits))
            {
                hollow.Add(at);
            }

            at++;
        }

        if (hollow.Count > 0)
        {
            at = 0;
            edits.RemoveElements(body, messages, _ => hollow.Contains(at++));
        }
    }

    /// <returns>False, without an edit, when nothing of the content would be left.</returns>
    bool TryEditContent(ReadOnlySpan<byte> body, RawValue content, string account, BodyEdits edits)
    {
        var hasCalls = HasCalls(content);
        var opened = new List<(bool IsOurs, SealedReasoning? Reasoning)>();
        foreach (var block in content.Elements)
        {
            opened.Add(Open(block, hasCalls, account));
        }

        var at = 0;
        if (opened.Count > 0 && opened.TrueForAll(block => block is { IsOurs: true, Reasoning: null }))
        {
            return false;
        }

        foreach (var block in content.Elements)
        {
            if (opened[at++].Reasoning is { } reasoning)
            {
                PutBack(body, block, reasoning, edits);
            }
        }

        at = 0;
        edits.RemoveElements(body, content, _ => opened[at++] is { IsOurs: true, Reasoning: null });
        return true;
    }

    // Each token is opened once.
    (bool IsOurs, SealedReasoning? Reasoning) Open(RawValue block, bool hasCalls, string account)
    {
        var token = TokenOf(block);
        if (token.Text.IsEmpty)
        {
            return default;
        }

        var reasoning = seal.Open(token.Text, account);
        var isFit = reasoning is not null && !IsUnfit(reasoning, block, hasCalls);
        Blocks.Add(isFit ? "restored" : reasoning is null ? "unopened" : "empty");
        return (true, isFit ? reasoning : null);
    }

    static void PutBack(ReadOnlySpan<byte> body, RawValue block, SealedReasoning reasoning, BodyEdits edits)
    {
        byte[] signature = [(byte)'"', .. reasoning.Signature.Span, (byte)'"'];
        var thinking = block["thinking"u8];
        if (reasoning.Kind == ReasoningKind.Thinking && thinking.Bytes.IsEmpty)
        {
            signature = [.. signature, .. ",\"thinking\":\""u8, .. reasoning.Text.Span, (byte)'"']; // a client that drops empty members
        }
        else if (reasoning.Kind == ReasoningKind.Thinking)
        {
            edits.Replace(body, thinking, [(byte)'"', .. reasoning.Text.Span, (byte)'"']);
        }

        edits.Replace(body, TokenOf(block), signature);
    }

    // Thinking that never was signed was cut by a limit, and the API refuses it; unless calls follow: then the upstream does not sign.
    static bool IsUnfit(SealedReasoning reasoning, RawValue block, bool hasCalls) =>
        reasoning.Kind != (block["type"u8].Is("thinking"u8) ? ReasoningKind.Thinking : ReasoningKind.Redacted)
        || (reasoning.Signature.IsEmpty && !hasCalls);

    static bool HasCalls(RawValue content)
    {
        foreach (var block in content.Elements)
        {
            if (block["type"u8].Is("tool_use"u8))
            {
                return true;
            }
        }

        return false;
    }

    static RawValue TokenOf(RawValue block)
    {
        var type = block["type"u8];
        var token = type.Is("thinking"u8) ? block["signature"u8] : type.Is("redacted_thinking"u8) ? block["data"u8] : default;
        return token.Text.StartsWith(ReasoningSeal.Mark) ? token : default;
    }

    void EditChat(ReadOnlySpan<byte> body, RawValue message, string account, BodyEdits edits)
    {
        if (!message["role"u8].Is("assistant"u8) || Find(message["tool_calls"u8], account) is not { } token)
        {
            return;
        }

        var content = message["reasoning_content"u8];
        var reasoning = message["reasoning"u8];
        if (ReasoningNames.HoldsSomething(content) || ReasoningNames.HoldsSomething(reasoning))
        {
            return; // the client has it from before
        }

        if (seal.Open(token, account) is not { Text.IsEmpty: false } kept)
        {
            Blocks.Add("empty");
            return;
        }

        Blocks.Add("restored");
        var stated = kept.Kind == ReasoningKind.Reasoning ? reasoning : content;
        if (!stated.Bytes.IsEmpty)
        {
            edits.Replace(body, stated, [(byte)'"', .. kept.Text.Span, (byte)'"']);
            return;
        }

        var name = kept.Kind == ReasoningKind.Reasoning ? "\"reasoning\":\""u8 : "\"reasoning_content\":\""u8;
        edits.Replace(BodyPlaces.PlaceOf(body, message.Bytes) + 1, 0, [.. name, .. kept.Text.Span, .. "\","u8]);
    }

    byte[]? Find(RawValue calls, string account)
    {
        foreach (var call in calls.Elements)
        {
            if (memory.Find(account, call["id"u8].Text) is { } token)
            {
                return token;
            }
        }

        return null;
    }
}
