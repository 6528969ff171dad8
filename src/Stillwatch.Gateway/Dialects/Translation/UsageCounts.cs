using Stillwatch.Gateway.Dialects.Translation.RawJson;

namespace Stillwatch.Gateway.Dialects.Translation;

/// <summary>The four counts as a response states them, in tokens; null is not stated. Input excludes both caches, as Anthropic
/// counts.</summary>
/// <remarks>OpenAI's <c>prompt_tokens</c> includes both: copied over as it is, cached tokens would be counted twice.</remarks>
readonly record struct UsageCounts(int? Input, int? CacheRead, int? CacheWrite, int? Output)
{
    public long Prompt => (long)(Input ?? 0) + (CacheRead ?? 0) + (CacheWrite ?? 0);

    /// <summary>A later statement of an OpenAI usage object over this one; what it does not state stays.</summary>
    public UsageCounts WithOpenAi(RawValue usage)
    {
        if (!usage.IsObject)
        {
            return this;
        }

        var details = usage["prompt_tokens_details"u8];
        var read = Stated(details["cached_tokens"u8]) ?? Stated(usage["prompt_cache_hit_tokens"u8]) ?? CacheRead;
        var write = Stated(details["cache_write_tokens"u8]) ?? CacheWrite;
        var input = Stated(usage["prompt_tokens"u8]) is { } prompt ? Math.Max(0, prompt - (read ?? 0) - (write ?? 0)) : Input;
        return new(input, read, write, Stated(usage["completion_tokens"u8]) ?? Output);
    }

    /// <summary>A later statement of an Anthropic usage object over this one: cumulative, so it replaces and is never added.</summary>
    public UsageCounts WithAnthropic(RawValue usage) => usage.IsObject
        ? new(
            Stated(usage["input_tokens"u8]) ?? Input,
            Stated(usage["cache_read_input_tokens"u8]) ?? CacheRead,
            Stated(usage["cache_creation_input_tokens"u8]) ?? CacheWrite,
            Stated(usage["output_tokens"u8]) ?? Output)
        : this;

    /// <summary>As Anthropic's usage object; what nobody stated is 0, since clients want integers.</summary>
    public void WriteAnthropic(RawWriter json)
    {
        json.BeginObject();
        json.Name("input_tokens"u8).Number(Input ?? 0);
        json.Name("cache_creation_input_tokens"u8).Number(CacheWrite ?? 0);
        json.Name("cache_read_input_tokens"u8).Number(CacheRead ?? 0);
        json.Name("output_tokens"u8).Number(Output ?? 0);
        json.EndObject();
    }

    public void WriteOpenAi(RawWriter json)
    {
        json.BeginObject();
        json.Name("prompt_tokens"u8).Number(Prompt);
        json.Name("completion_tokens"u8).Number(Output ?? 0);
        json.Name("total_tokens"u8).Number(Prompt + (Output ?? 0));
        json.Name("prompt_tokens_details"u8).BeginObject();
        json.Name("cached_tokens"u8).Number(CacheRead ?? 0);
        json.Name("cache_write_tokens"u8).Number(CacheWrite ?? 0);
        json.EndObject();
        json.EndObject();
    }

    static int? Stated(RawValue count) => count.Count(-1) is >= 0 and var value ? value : null;
}
