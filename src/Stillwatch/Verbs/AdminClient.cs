using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Gateway.Admin;

namespace Stillwatch.Verbs;

/// <summary>The admin API of a running server, for the verbs that work on one.</summary>
sealed class AdminClient : IDisposable
{
    readonly HttpClient _client;

    /// <param name="token">Null for a server whose admin listener is open.</param>
    public AdminClient(Uri admin, string? token)
    {
        // No proxy and no redirect: the token goes to the address that was named, and nowhere else.
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = admin };
        _client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<AdminReply<T>> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, path), type, cancellationToken);

    public Task<AdminReply<T>> PostAsync<TBody, T>(
        string path, TBody body, JsonTypeInfo<TBody> bodyType, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, bodyType) }, type, cancellationToken);

    public void Dispose() => _client.Dispose();

    /// <summary>Opens a stream of events.</summary>
    /// <exception cref="HttpRequestException">Nobody answers there.</exception>
    public async Task<AdminStream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new("text/event-stream") } } };
        var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return new AdminStream(response, (int)response.StatusCode, await response.Content.ReadAsStreamAsync(cancellationToken), null);
        }

        AdminFault? fault = null;
        try
        {
            fault = (await response.Content.ReadFromJsonAsync(AdminJson.Strict.AdminFaultAnswer, cancellationToken))?.Error;
        }
        catch (JsonException)
        {
            // said below
        }

        return new AdminStream(response, (int)response.StatusCode, null, fault ?? NoStillwatch(response));
    }

    AdminFault NoStillwatch(HttpResponseMessage response) => new(
        "no_stillwatch", $"{_client.BaseAddress} answers {(int)response.StatusCode}, and not as a Stillwatch admin listener does: check --admin.");

    /// <exception cref="HttpRequestException">Nobody answers there.</exception>
    public async Task<AdminReply<T>> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class
    {
        using (request)
        using (var response = await _client.SendAsync(request, cancellationToken))
        {
            try
            {
                if (response.IsSuccessStatusCode && await response.Content.ReadFromJsonAsync(type, cancellationToken) is { } value)
                {
                    return new((int)response.StatusCode, value, null);
                }

                if (!response.IsSuccessStatusCode && await response.Content.ReadFromJsonAsync(AdminJson.Strict.AdminFaultAnswer, cancellationToken) is { } answer)
                {
                    return new((int)response.StatusCode, null, answer.Error);
                }
            }
            catch (JsonException)
            {
                // said below, as any other answer that is none of ours
            }

            return new(502, null, NoStillwatch(response));
        }
    }
}

/// <summary>What the server said: a value, or a fault with its status.</summary>
sealed record AdminReply<T>(int Status, T? Value, AdminFault? Fault)
    where T : class;

/// <summary>An open stream of events, or a fault with its status.</summary>
sealed record AdminStream(HttpResponseMessage Response, int Status, Stream? Stream, AdminFault? Fault) : IDisposable
{
    public void Dispose() => Response.Dispose();
}
