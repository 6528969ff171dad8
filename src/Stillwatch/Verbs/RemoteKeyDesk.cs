using System.Text.Json.Serialization.Metadata;
using Stillwatch.Gateway.Admin;

namespace Stillwatch.Verbs;

/// <summary>Keys through the admin API of a running server.</summary>
/// <param name="token">Null for a server whose admin listener is open.</param>
sealed class RemoteKeyDesk(Uri admin, string? token) : IKeyDesk
{
    const string Keys = "/api/v1/keys";

    readonly AdminClient _client = new(admin, token);

    public async Task<KeyAnswer> ListAsync(string? account, CancellationToken cancellationToken) => Answer(await _client.GetAsync(
        account is null ? Keys : $"{Keys}?account={Uri.EscapeDataString(account)}", AdminJson.Strict.KeyList, cancellationToken));

    public Task<KeyAnswer> CreateAsync(KeyOrder order, CancellationToken cancellationToken) =>
        PostAsync(Keys, order, AdminJson.Strict.KeyOrder, cancellationToken);

    public async Task<KeyAnswer> RevokeAsync(string id, CancellationToken cancellationToken) => Answer(await _client.SendAsync(
        new HttpRequestMessage(HttpMethod.Post, $"{Keys}/{Uri.EscapeDataString(id)}/revoke"), AdminJson.Strict.KeyList, cancellationToken));

    public Task<KeyAnswer> RotateAsync(string id, string? overlap, CancellationToken cancellationToken) =>
        PostAsync($"{Keys}/{Uri.EscapeDataString(id)}/rotate", new RotationOrder(overlap), AdminJson.Strict.RotationOrder, cancellationToken);

    public void Dispose() => _client.Dispose();

    async Task<KeyAnswer> PostAsync<T>(string path, T body, JsonTypeInfo<T> type, CancellationToken cancellationToken) =>
        Answer(await _client.PostAsync(path, body, type, AdminJson.Strict.KeyList, cancellationToken));

    static KeyAnswer Answer(AdminReply<KeyList> reply) => new(reply.Status, reply.Value, reply.Fault);
}
