using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Gateway.Limits;

/// <summary>What a request may come to, from what is known before it runs.</summary>
static class LimitDemands
{
    // Of 15,337 request bodies of one message each (texts of the development corpus, o200k_base) a token takes 4.8 bytes on the whole,
    // and more
    // than 3.4 in 99 of 100; so this errs on the high side, but for bodies full of base64 or of rare scripts, which go into debt when
    // settled.
    const long BytesPerToken = 3;

    /// <param name="bodyBytes">Length of the request's body, framing and all.</param>
    /// <param name="maxTokens">What the request allows itself to generate; null or less than 1 when it does not say.</param>
    public static LimitDemand Of(long bodyBytes, long? maxTokens, LimitPolicy policy) =>
        new(1, (bodyBytes + BytesPerToken - 1) / BytesPerToken, maxTokens is > 0 and var stated ? stated : policy.DefaultOutputTokens);
}
