using System.Text;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Gateway.Access;
using Stillwatch.Gateway.Keys;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;

namespace Stillwatch.Gateway.Tests.Keys;

public sealed class KeyRingTests : IDisposable
{
    static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    readonly TemporaryDirectory _temporary = new();
    readonly FakeTimeProvider _time = new(Start);
    readonly DataDirectory _directory;
    KeyIssuer _issuer;

    public KeyRingTests()
    {
        _directory = DataDirectory.Lock(_temporary.Path);
        _issuer = KeyIssuer.Open(_directory, _time);
    }

    public void Dispose()
    {
        _issuer.Dispose();
        _directory.Dispose();
        _temporary.Dispose();
    }

    [Fact]
    public void A_key_names_its_caller()
    {
        var key = _issuer.Create(new KeyRequest("acct_1") { Organization = "org_1", Scopes = KeyScopes.Messages | KeyScopes.Models });
        Assert.Matches("^sk-sw-[0-9A-Za-z]{12}-[0-9A-Za-z]{43}$", key.Text);
        Assert.True(Knows(key.Text, out var caller));
        Assert.Equal(("acct_1", "org_1", key.Key.Id), (caller.Account, caller.Organization, caller.KeyId));
        Assert.Equal(KeyScopes.Messages | KeyScopes.Models, caller.Scopes);
        Assert.Same(caller, Knows(key.Text, out var again) ? again : null);
    }

    [Fact]
    public void Keys_outlive_the_process()
    {
        var key = _issuer.Create(new KeyRequest("acct_1") { Name = "laptop", Expires = Start.AddDays(1) });
        Assert.True(Knows(key.Text, out var before));
        Reopen();
        Assert.True(Knows(key.Text, out var after));
        Assert.Equal(before, after);
        Assert.Equal("laptop", Assert.Single(_issuer.List("acct_1")).Name);
        Assert.Empty(_issuer.List("acct_2"));
    }

    [Fact]
    public void A_key_that_differs_in_one_character_is_refused()
    {
        var text = _issuer.Create(new KeyRequest("acct_1")).Text;
        for (var i = 0; i < text.Length; i++)
        {
            var other = text.ToCharArray();
            other[i] = other[i] == 'a' ? 'b' : 'a';
            Assert.False(Knows(new string(other), out _), $"character {i}");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("sk-sw-")]
    [InlineData("sk-ant-api03-abcdef")]
    [InlineData("sk-sw-0123456789AB-0123456789012345678901234567890123456789012")]
    [InlineData("sk-sw-0123456789AB_0123456789012345678901234567890123456789012")]
    [InlineData("sk-sw-0123456789A\u00e9-0123456789012345678901234567890123456789012")]
    [InlineData("sk-sw-0123456789AB-012345678901234567890123456789012345678901\u00e9")]
    [InlineData("sk-sw-0123456789AB-01234567890123456789012345678901234567890123")]
    public void What_is_no_key_of_ours_is_refused(string text) => Assert.False(Knows(text, out _));

    [Fact]
    public void Unknown_wrong_expired_and_revoked_keys_are_refused_alike()
    {
        var expired = _issuer.Create(new KeyRequest("a") { Expires = Start.AddHours(1) });
        var revoked = _issuer.Create(new KeyRequest("a"));
        var wrong = _issuer.Create(new KeyRequest("a"));
        Assert.True(Knows(expired.Text, out _));
        _issuer.Revoke(revoked.Key.Id);
        _time.Advance(TimeSpan.FromHours(1));
        string[] presented = [expired.Text, revoked.Text, wrong.Text[..19] + expired.Text[19..], "nonsense", KeyText.CreateRandom()];
        Assert.All(presented, text =>
        {
            Assert.False(_issuer.Ring.TryAuthenticate(text, _time.GetUtcNow(), out _, out var error));
            Assert.Same(KeyRing.Refusal, error);
        });
        Assert.Equal(401, KeyRing.Refusal.Status);
    }

    [Fact]
    public void A_revoked_key_stays_revoked_after_a_restart()
    {
        var key = _issuer.Create(new KeyRequest("a"));
        Assert.NotNull(_issuer.Revoke(key.Key.Id));
        Assert.Equal(_issuer.Revoke(key.Key.Id)?.RevokedMs, Start.ToUnixTimeMilliseconds());
        Assert.Null(_issuer.Revoke("nobody"));
        Reopen();
        Assert.False(Knows(key.Text, out _));
        Assert.Equal(0, _issuer.Ring.Count);
    }

    [Fact]
    public void A_rotated_key_lives_for_the_overlap_and_its_successor_after_it()
    {
        var old = _issuer.Create(new KeyRequest("a") { Organization = "o", Scopes = KeyScopes.Messages, Expires = Start.AddDays(30) });
        _time.Advance(TimeSpan.FromDays(10));
        var (made, fault) = _issuer.Rotate(old.Key.Id, TimeSpan.FromHours(24));
        Assert.Equal(RotationFault.None, fault);
        Assert.True(Knows(old.Text, out _));
        Assert.True(Knows(made!.Text, out var caller));
        Assert.Equal(("a", "o", KeyScopes.Messages), (caller.Account, caller.Organization, caller.Scopes));
        Assert.Equal(Start.AddDays(40).ToUnixTimeMilliseconds(), made.Key.ExpiresMs);

        _time.Advance(TimeSpan.FromHours(24));
        Reopen();
        Assert.False(Knows(old.Text, out _));
        Assert.True(Knows(made.Text, out _));
        Assert.Equal(made.Key.Id, _issuer.List().Single(key => key.Id == old.Key.Id).ReplacedBy);
    }

    [Fact]
    public void An_overlap_never_prolongs_a_key()
    {
        var old = _issuer.Create(new KeyRequest("a") { Expires = Start.AddHours(1) });
        _issuer.Rotate(old.Key.Id, TimeSpan.FromHours(24));
        _time.Advance(TimeSpan.FromHours(1));
        Assert.False(Knows(old.Text, out _));
    }

    [Fact]
    public void Only_a_living_key_is_rotated_and_only_once()
    {
        var revoked = _issuer.Create(new KeyRequest("a"));
        var expired = _issuer.Create(new KeyRequest("a") { Expires = Start.AddHours(1) });
        var living = _issuer.Create(new KeyRequest("a"));
        _issuer.Revoke(revoked.Key.Id);
        _time.Advance(TimeSpan.FromHours(2));
        Assert.Equal(RotationFault.Unknown, _issuer.Rotate("nobody", TimeSpan.Zero).Fault);
        Assert.Equal(RotationFault.Revoked, _issuer.Rotate(revoked.Key.Id, TimeSpan.Zero).Fault);
        Assert.Equal(RotationFault.Expired, _issuer.Rotate(expired.Key.Id, TimeSpan.Zero).Fault);
        Assert.Equal(RotationFault.Overlap, _issuer.Rotate(living.Key.Id, TimeSpan.FromTicks(-1)).Fault);
        Assert.Equal(RotationFault.None, _issuer.Rotate(living.Key.Id, TimeSpan.Zero).Fault);
        Assert.Equal(RotationFault.Replaced, _issuer.Rotate(living.Key.Id, TimeSpan.Zero).Fault);
        Assert.False(Knows(living.Text, out _));
    }

    [Fact]
    public void A_faulty_request_makes_none_of_its_batch()
    {
        Assert.Throws<ArgumentException>(() => _issuer.CreateMany([new KeyRequest("a"), new KeyRequest(" ")]));
        Assert.Throws<ArgumentException>(() => _issuer.Create(new KeyRequest("a") { Expires = Start }));
        Assert.Throws<ArgumentException>(() => _issuer.Create(new KeyRequest("a") { Scopes = KeyScopes.None }));
        Assert.Throws<ArgumentException>(() => _issuer.Create(new KeyRequest("a") { Name = "two\nlines" }));
        Assert.Empty(_issuer.List());
    }

    [Fact]
    public async Task Keys_are_made_and_revoked_while_others_are_checked()
    {
        var first = _issuer.Create(new KeyRequest("first"));
        var victim = _issuer.Create(new KeyRequest("victim"));
        using var stop = new CancellationTokenSource();
        var readers = Enumerable.Range(0, 2).Select(_ => Task.Run(() =>
        {
            var refusals = 0;
            while (!stop.IsCancellationRequested)
            {
                refusals += Knows(first.Text, out var caller) && caller.Account == "first" ? 0 : 1;
            }

            return refusals;
        })).ToList();
        var made = await Task.WhenAll(Enumerable.Range(0, 2).Select(w => Task.Run(
            () => Enumerable.Range(0, 20).Select(i => _issuer.Create(new KeyRequest($"acct_{w}_{i}"))).ToList())));
        _issuer.Revoke(victim.Key.Id);
        Assert.False(Knows(victim.Text, out _));
        await stop.CancelAsync();
        Assert.Equal(0, (await Task.WhenAll(readers)).Sum());
        Assert.All(made.SelectMany(keys => keys), key => Assert.True(Knows(key.Text, out var caller) && caller.Account == key.Key.Account));
    }

    [Fact]
    public void Thousands_of_keys_are_made_at_once()
    {
        var issued = _issuer.CreateMany([.. Enumerable.Range(0, 5000).Select(i => new KeyRequest($"acct_{i}"))]);
        Assert.Equal(5000, issued.Select(key => key.Key.Id).Distinct().Count());
        Reopen();
        Assert.All(issued, key => Assert.True(Knows(key.Text, out _)));
    }

    [Fact]
    public void A_check_allocates_nothing()
    {
        var key = _issuer.Create(new KeyRequest("a")).Text;
        var unknown = KeyText.CreateRandom();
        Knows(key, out _);
        Knows(unknown, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            Knows(key, out _);
            Knows(unknown, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void An_upstream_sees_one_name_per_account_and_no_account()
    {
        var keys = _issuer.CreateMany([new KeyRequest("acct_1"), new KeyRequest("acct_1"), new KeyRequest("acct_2")]);
        var names = keys.Select(key => Knows(key.Text, out var caller) ? caller.UpstreamUserId : "").ToList();
        Assert.Equal(names[0], names[1]);
        Assert.NotEqual(names[0], names[2]);
        Assert.All(names, name => Assert.Matches("^[0-9a-f]{32}$", name));
        Assert.NotEqual(names[0], new Pepper(new byte[32]).UpstreamUserId("acct_1"));
    }

    [Fact]
    public void Neither_keys_nor_secrets_are_in_any_file()
    {
        var issued = _issuer.CreateMany([.. Enumerable.Range(0, 50).Select(i => new KeyRequest($"acct_{i}"))]).ToList();
        issued.Add(_issuer.Rotate(issued[0].Key.Id, TimeSpan.FromHours(1)).Key!);
        var secrets = issued.Select(key => Encoding.ASCII.GetBytes(key.Text[^KeyText.SecretLength..])).ToList();
        var files = Directory.EnumerateFiles(_temporary.Path, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) != "lock").ToList();
        var canary = Encoding.ASCII.GetBytes(issued[0].Key.Id);
        Assert.Contains(files, path => Bytes(path).AsSpan().IndexOf(canary) >= 0); // the search finds what is there
        Assert.All(files, path => Assert.DoesNotContain(secrets, secret => Bytes(path).AsSpan().IndexOf(secret) >= 0));
        Assert.DoesNotContain(issued[0].Text, issued[0].ToString());
        Assert.DoesNotContain(issued[0].Text[^KeyText.SecretLength..], issued[0].Key.ToString());
    }

    [Fact]
    public void Another_pepper_is_said_at_start()
    {
        _issuer.Create(new KeyRequest("a"));
        _issuer.Dispose();
        File.WriteAllBytes(Path.Combine(_temporary.Path, "key.pepper"), new byte[32]);
        var e = Assert.Throws<StorageUnusableException>(() => KeyIssuer.Open(_directory, _time));
        Assert.Contains("key.pepper", e.Message);
    }

    static byte[] Bytes(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }

    bool Knows(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Caller? caller) =>
        _issuer.Ring.TryAuthenticate(text, _time.GetUtcNow(), out caller, out _);

    void Reopen()
    {
        _issuer.Dispose();
        _issuer = KeyIssuer.Open(_directory, _time);
    }
}
