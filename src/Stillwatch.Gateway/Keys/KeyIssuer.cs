using Stillwatch.Storage;
using Stillwatch.Storage.Keys;

namespace Stillwatch.Gateway.Keys;

/// <summary>Makes, revokes and rotates keys: on disk first, then in the ring, so that no key is valid that a restart would forget. Thread-safe.</summary>
sealed class KeyIssuer : IDisposable
{
    /// <summary>Longest time that the old key of a rotation lives on.</summary>
    public static readonly TimeSpan MaxOverlap = TimeSpan.FromDays(90);

    readonly Lock _lock = new(); // orders changes, so that disk and ring see the same last one
    readonly KeyStore _store;
    readonly Pepper _pepper;
    readonly TimeProvider _time;

    KeyIssuer(KeyStore store, Pepper pepper, TimeProvider time)
    {
        (_store, _pepper, _time, Ring) = (store, pepper, time, new KeyRing(pepper));
        foreach (var key in store.All())
        {
            Ring.Set(key);
        }
    }

    /// <summary>What requests are checked against.</summary>
    public KeyRing Ring { get; }

    /// <param name="directory">Locked by this process.</param>
    /// <exception cref="StorageUnusableException">The keys or the pepper cannot be used.</exception>
    public static KeyIssuer Open(DataDirectory directory, TimeProvider time)
    {
        var pepper = new Pepper(directory.Pepper());
        return new KeyIssuer(KeyStore.Open(directory.KeysPath, pepper.Id), pepper, time);
    }

    /// <summary>Every key ever made, without its secret; only an account's when one is named.</summary>
    public IReadOnlyList<StoredKey> List(string? account = null) => account is null ? _store.All() : _store.Of(account);

    public IssuedKey Create(KeyRequest request) => CreateMany([request])[0];

    /// <summary>All in one transaction: thousands a second, all or none.</summary>
    /// <exception cref="ArgumentException">A request is at fault; ask <see cref="KeyRequest.Fault"/> first.</exception>
    public IReadOnlyList<IssuedKey> CreateMany(IReadOnlyList<KeyRequest> requests)
    {
        var now = _time.GetUtcNow();
        if (requests.Select(request => request.Fault(now)).FirstOrDefault(fault => fault is not null) is { } fault)
        {
            throw new ArgumentException(fault, nameof(requests));
        }

        var issued = requests.Select(request => Make(request, now)).ToList();
        lock (_lock)
        {
            Keep([.. issued.Select(key => key.Key)]);
        }

        return issued;
    }

    /// <summary>Ends a key at once. Revoking a revoked one changes nothing and is no failure.</summary>
    /// <returns>The key as it now is; null when there is none with this id.</returns>
    public StoredKey? Revoke(string id)
    {
        lock (_lock)
        {
            if (_store.Find(id) is not { RevokedMs: null } key)
            {
                return _store.Find(id);
            }

            key = key with { RevokedMs = _time.GetUtcNow().ToUnixTimeMilliseconds() };
            Keep([key]);
            return key;
        }
    }

    /// <summary>Puts a new key in a key's place: same account, scopes and length of life. The old one lives for <paramref name="overlap"/> more, at most.</summary>
    /// <returns>The new key, or why there is none.</returns>
    public (IssuedKey? Key, RotationFault Fault) Rotate(string id, TimeSpan overlap)
    {
        lock (_lock)
        {
            var now = _time.GetUtcNow();
            var nowMs = now.ToUnixTimeMilliseconds();
            var old = _store.Find(id);
            var fault = old switch
            {
                null => RotationFault.Unknown,
                { RevokedMs: not null } => RotationFault.Revoked,
                { ReplacedBy: not null } => RotationFault.Replaced,
                _ when old.ExpiresMs <= nowMs => RotationFault.Expired,
                _ when overlap < TimeSpan.Zero || overlap > MaxOverlap => RotationFault.Overlap,
                _ => RotationFault.None,
            };
            if (fault != RotationFault.None)
            {
                return (null, fault);
            }

            var text = KeyText.CreateRandom();
            var made = Sealed(text, old! with { CreatedMs = nowMs, ExpiresMs = nowMs + (old.ExpiresMs - old.CreatedMs) });
            var ends = nowMs + (long)overlap.TotalMilliseconds;
            Keep([made, old with { ReplacedBy = made.Id, ExpiresMs = Math.Min(ends, old.ExpiresMs ?? long.MaxValue) }]);
            return (new IssuedKey(made, text), RotationFault.None);
        }
    }

    public void Dispose() => _store.Dispose();

    void Keep(IReadOnlyList<StoredKey> keys)
    {
        _store.Write(keys);
        foreach (var key in keys)
        {
            Ring.Set(key);
        }
    }

    IssuedKey Make(KeyRequest request, DateTimeOffset now)
    {
        var text = KeyText.CreateRandom();
        return new IssuedKey(Sealed(text, new StoredKey
        {
            Id = "",
            Mac = default,
            Account = request.Account,
            Organization = request.Organization,
            Name = request.Name,
            Scopes = ScopeNames.Format(request.Scopes),
            CreatedMs = now.ToUnixTimeMilliseconds(),
            ExpiresMs = request.Expires?.ToUnixTimeMilliseconds(),
        }), text);
    }

    StoredKey Sealed(string text, StoredKey key)
    {
        var mac = new byte[Pepper.MacBytes];
        _pepper.Mac(text, mac);
        KeyText.TryGetId(text, out var id);
        return key with { Id = id.ToString(), Mac = mac };
    }
}

/// <summary>Why a key was not rotated.</summary>
enum RotationFault
{
    None,
    Unknown,
    Revoked,
    Replaced,
    Expired,

    /// <summary>The overlap is negative or over <see cref="KeyIssuer.MaxOverlap"/>.</summary>
    Overlap,
}
