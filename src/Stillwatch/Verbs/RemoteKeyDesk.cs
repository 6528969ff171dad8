using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Stillwatch.Gateway.Admin;

namespace Stillwatch.Verbs;

/// <summary>Keys through the admin API of a running server.</summary>
sealed class RemoteKeyDesk : IKeyDesk
{
    const string Keys = "/api/v1/keys";

    readonly HttpClient _client;

    /// <param name="token">Null for a server whose admin listener is open.</param>
    public RemoteKeyDesk(Uri admin, string? token)
    {
        // No proxy and no redirect: the token goes to the address that was named, and nowhere else.
        _client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false }) { BaseAddress = admin };
        _client.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
    }

    public Task<KeyAnswer> ListAsync(string? account, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, account is null ? Keys : $"{Keys}?account={Uri.EscapeDataString(account)}"), cancellationToken);

    public Task<KeyAnswer> CreateAsync(KeyOrder order, CancellationToken cancellationToken) =>
        PostAsync(Keys, order, AdminJson.Strict.KeyOrder, cancellationToken);

    public Task<KeyAnswer> RevokeAsync(string id, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, $"{Keys}/{Uri.EscapeDataString(id)}/revoke"), cancellationToken);

    public Task<KeyAnswer> RotateAsync(string id, string? overlap, CancellationToken cancellationToken) =>
        PostAsync($"{Keys}/{Uri.EscapeDataString(id)}/rotate", new RotationOrder(overlap), AdminJson.Strict.RotationOrder, cancellationToken);

    public void Dispose() => _client.Dispose();

    Task<KeyAnswer> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, type) }, cancellationToken);

    async Task<KeyAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using (request)
        using (var response = await _client.SendAsync(request, cancellationToken))
        {
            try
            {
                if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created
                    && await response.Content.ReadFromJsonAsync(AdminJson.Strict.KeyList, cancellationToken) is { } keys)
                {
                    return new KeyAnswer((int)response.StatusCode, keys, null);
                }

                if (!response.IsSuccessStatusCode && await response.Content.ReadFromJsonAsync(AdminJson.Strict.AdminFaultAnswer, cancellationToken) is { } answer)
                {
                    return new KeyAnswer((int)response.StatusCode, null, answer.Error);
                }
            }
            catch (JsonException)
            {
                // said below, as any other answer that is none of ours
            }

            return new KeyAnswer(502, null, new AdminFault(
                "no_stillwatch", $"{_client.BaseAddress} answers {(int)response.StatusCode}, and not as a Stillwatch admin listener does: check --admin."));
        }
    }
}
