using Stillwatch.Gateway.Keys;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Admin;

/// <summary>Where keys are made and ended: beside the files, or through a running server.</summary>
interface IKeyDesk : IDisposable
{
    /// <param name="account">Only this account's; null for all.</param>
    Task<KeyAnswer> ListAsync(string? account, CancellationToken cancellationToken);

    Task<KeyAnswer> CreateAsync(KeyOrder order, CancellationToken cancellationToken);

    Task<KeyAnswer> RevokeAsync(string id, CancellationToken cancellationToken);

    /// <param name="overlap">As <see cref="KeyTimes"/> reads it.</param>
    Task<KeyAnswer> RotateAsync(string id, string? overlap, CancellationToken cancellationToken);
}

/// <summary>The answer to a question about keys: the keys, or an error; with the HTTP status it has on the wire.</summary>
sealed record KeyAnswer(int Status, KeyList? Keys, AdminFault? Fault);

/// <summary>The keys themselves. What the admin API and the command line both speak to. Thread-safe.</summary>
/// <param name="owned">What ends with the desk, in this order.</param>
sealed class KeyDesk(KeyIssuer issuer, TimeProvider time, params IReadOnlyList<IDisposable> owned) : IKeyDesk
{
    /// <summary>Keys made by one order, at most; the whole answer is held in memory.</summary>
    public const int MaxKeysPerOrder = 20_000;

    const string DefaultOverlap = "24h";

    public Task<KeyAnswer> ListAsync(string? account, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return Answer(200, [.. issuer.List(account).Select(key => KeyView.Of(key, now))]);
    }

    public Task<KeyAnswer> CreateAsync(KeyOrder order, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (order.Keys is not null && (order.Account ?? order.Organization ?? order.Name ?? order.Scopes ?? order.Expires) is not null)
        {
            return Refuse(400, "invalid_request", "keys stands beside members of a single key: send either one key or a list under keys.");
        }

        var orders = order.Keys ?? [order];
        if (orders.Count is 0 or > MaxKeysPerOrder)
        {
            return Refuse(400, "invalid_request", $"keys holds {orders.Count} entries: 1 to {MaxKeysPerOrder} can be made at once.");
        }

        var requests = new List<KeyRequest>(orders.Count);
        for (var i = 0; i < orders.Count; i++)
        {
            var (request, fault) = Read(orders[i], now);
            if (request is null || (fault ??= request.Fault(now)) is not null)
            {
                return Refuse(400, "invalid_request", order.Keys is null ? $"{fault}." : $"keys[{i}]: {fault}.");
            }

            requests.Add(request);
        }

        return Answer(201, [.. issuer.CreateMany(requests).Select(key => KeyView.Of(key.Key, now, key.Text))]);
    }

    public Task<KeyAnswer> RevokeAsync(string id, CancellationToken cancellationToken) => issuer.Revoke(id) is { } key
        ? Answer(200, [KeyView.Of(key, time.GetUtcNow())])
        : Unknown(id);

    public Task<KeyAnswer> RotateAsync(string id, string? overlap, CancellationToken cancellationToken)
    {
        if (!KeyTimes.TryParseLength(overlap ?? DefaultOverlap, out var length))
        {
            return Refuse(400, "invalid_request", $"overlap {overlap}: name a length such as 24h or 7d; 0s ends the old key at once.");
        }

        var (key, fault) = issuer.Rotate(id, length);
        return fault switch
        {
            RotationFault.None => Answer(201, [KeyView.Of(key!.Key, time.GetUtcNow(), key.Text)]),
            RotationFault.Unknown => Unknown(id),
            RotationFault.Overlap => Refuse(400, "invalid_request", $"overlap {overlap}: at most {KeyIssuer.MaxOverlap.TotalDays:N0}d."),
            _ => Refuse(409, "key_not_rotatable", $"Key {id} is {fault.ToString().ToLowerInvariant()} already: create a new key instead."),
        };
    }

    public void Dispose()
    {
        foreach (var one in owned)
        {
            one.Dispose();
        }
    }

    static (KeyRequest? Request, string? Fault) Read(KeyOrder order, DateTimeOffset now)
    {
        if (order.Keys is not null)
        {
            return (null, "a list inside a list");
        }

        var scopes = Access.KeyScopes.All;
        if (order.Scopes is not null && !ScopeNames.TryParse(order.Scopes, out scopes))
        {
            return (null, $"scopes {order.Scopes}: name some of {ScopeNames.Known}, with commas between");
        }

        DateTimeOffset? expires = null;
        if (order.Expires is not null)
        {
            if (!KeyTimes.TryParse(order.Expires, now, out var moment))
            {
                return (null, $"expires {order.Expires}: name {KeyTimes.Known}");
            }

            expires = moment;
        }

        return (new KeyRequest(order.Account ?? "") { Organization = order.Organization, Name = order.Name, Scopes = scopes, Expires = expires }, null);
    }

    static Task<KeyAnswer> Answer(int status, List<KeyView> keys) => Task.FromResult(new KeyAnswer(status, new KeyList(keys), null));

    static Task<KeyAnswer> Refuse(int status, string code, string message) => Task.FromResult(new KeyAnswer(status, null, new AdminFault(code, message)));

    static Task<KeyAnswer> Unknown(string id) => Refuse(404, "unknown_key", $"There is no key {id}: the id is the part after sk-sw-, and keys list shows every one.");
}
