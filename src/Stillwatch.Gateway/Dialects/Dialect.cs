namespace Stillwatch.Gateway.Dialects;

/// <summary>The wire format a party speaks. The caller's is its face; an upstream has one too.</summary>
enum Dialect
{
    /// <summary>Anthropic Messages: <c>/v1/messages</c>, named server-sent events.</summary>
    Anthropic,

    /// <summary>OpenAI Chat Completions: <c>/v1/chat/completions</c>, unnamed events, <c>[DONE]</c>.</summary>
    OpenAi,
}
