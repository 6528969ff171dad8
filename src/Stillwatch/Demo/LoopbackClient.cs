using System.Buffers;
using System.Net.Http.Headers;
using Stillwatch.Engine.Exchanges;

namespace Stillwatch.Demo;

/// <summary>
/// Sends simulated requests the way the simulated clients do: their key, address, agent and TLS fingerprint. Speaks to this machine
/// only. Not thread-safe.
/// </summary>
sealed class LoopbackClient : IDisposable
{
    /// <summary>The header the demonstration's gateway reads fingerprints from.</summary>
    public const string Ja4Header = "x-ja4";

    readonly HttpClient _http;
    readonly ExchangeWriter _writer = new();
    readonly IReadOnlyDictionary<string, string> _keys;

    /// <param name="gateway">A loopback address; any other is refused, so that simulated harvesting cannot reach anybody.</param>
    /// <param name="keys">Key by account.</param>
    public LoopbackClient(Uri gateway, IReadOnlyDictionary<string, string> keys)
    {
        if (!gateway.IsLoopback)
        {
            throw new ArgumentException($"{gateway} is not on this machine: simulated traffic is sent to loopback addresses only.", nameof(gateway));
        }

        _keys = keys;
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = gateway,
            Timeout = TimeSpan.FromMinutes(1),
        };
    }

    /// <returns>The status, once the whole response was read.</returns>
    public Task<int> SendAsync(Exchange exchange, CancellationToken cancellationToken)
    {
        var body = new ArrayBufferWriter<byte>(4096);
        _writer.WriteRequest(exchange, body);
        var isAnthropic = exchange.Api == ExchangeApi.AnthropicMessages;
        var request = new HttpRequestMessage(HttpMethod.Post, isAnthropic ? "/v1/messages" : "/v1/chat/completions")
        {
            Content = new ReadOnlyMemoryContent(body.WrittenMemory) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
        };
        var key = _keys[exchange.Account];
        Add(request, isAnthropic ? "x-api-key" : "authorization", isAnthropic ? key : $"Bearer {key}");
        Add(request, "anthropic-version", isAnthropic ? "2023-06-01" : null);
        Add(request, "x-forwarded-for", exchange.Client?.Ip);
        Add(request, "user-agent", exchange.Client?.UserAgent);
        Add(request, Ja4Header, exchange.Client?.Ja4);
        return FinishAsync(request, cancellationToken);
    }

    public void Dispose()
    {
        _http.Dispose();
        _writer.Dispose();
    }

    async Task<int> FinishAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        using (var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken))
        {
            await response.Content.CopyToAsync(Stream.Null, cancellationToken);
            return (int)response.StatusCode;
        }
    }

    static void Add(HttpRequestMessage request, string name, string? value)
    {
        if (value is not null)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }
}
