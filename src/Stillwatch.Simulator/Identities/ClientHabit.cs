using Stillwatch.Engine.Exchanges;
using Stillwatch.Simulator.Randomness;

namespace Stillwatch.Simulator.Identities;

/// <summary>The program an account calls with: the defaults of an SDK are shared by thousands of innocents.</summary>
/// <param name="Ja4">TLS client fingerprint of that library's defaults.</param>
readonly record struct ClientHabit(ExchangeApi Api, string UserAgent, string Ja4)
{
    static readonly (int Weight, ExchangeApi Api, string Agent, string Tls)[] s_sdks =
    [
        (30, ExchangeApi.AnthropicMessages, "Anthropic/Python 0.{0}.0", "t13d1812h1_85036bcba153_a1e935682795"),
        (16, ExchangeApi.AnthropicMessages, "Anthropic/JS 0.{0}.1", "t13d1714h1_5b57614c22b0_43ade6aba3df"),
        (22, ExchangeApi.OpenAiChat, "OpenAI/Python 1.{0}.0", "t13d1812h1_85036bcba153_a1e935682795"),
        (10, ExchangeApi.OpenAiChat, "OpenAI/JS 4.{0}.0", "t13d1714h1_5b57614c22b0_43ade6aba3df"),
        (6, ExchangeApi.OpenAiChat, "python-requests/2.3{0}", "t13d1516h1_8daaf6152771_02713d6af862"),
        (5, ExchangeApi.AnthropicMessages, "axios/1.{0}.2", "t13d1714h1_5b57614c22b0_43ade6aba3df"),
        (4, ExchangeApi.AnthropicMessages, "Go-http-client/2.0", "t13d1312h2_f57a46bbacb6_ab7e3b40a677"),
        (3, ExchangeApi.OpenAiChat, "okhttp/4.1{0}.0", "t13d1513h2_a09f3c656075_14788d8d241b"),
        (2, ExchangeApi.AnthropicMessages, "curl/8.{0}.0", "t13d3112h2_e8f1e7e78f70_b26ce05bbdd6"),
        (2, ExchangeApi.OpenAiChat, "aiohttp/3.{0}", "t13d1811h1_85036bcba153_d41ae481755e"),
    ];

    /// <summary>Anybody's client, by how common it is.</summary>
    public static ClientHabit Draw(SeededRandom random)
    {
        var ticket = random.Below(s_sdks.Sum(sdk => sdk.Weight));
        foreach (var (weight, api, agent, tls) in s_sdks)
        {
            if ((ticket -= weight) < 0)
            {
                return new ClientHabit(api, string.Format(agent, random.Between(4, 9)), tls);
            }
        }

        throw new InvalidOperationException("The weights do not cover the ticket.");
    }

    /// <summary>The client of a program that many people run, e.g. an application or a coding agent.</summary>
    public static ClientHabit Named(SeededRandom random, string agent)
    {
        var habit = Draw(random);
        return habit with { UserAgent = $"{agent}/{random.Between(1, 3)}.{random.Between(0, 20)}" };
    }
}
