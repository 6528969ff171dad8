using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Verification;
using Stillwatch.Storage.Accounts;
using static Stillwatch.Gateway.Tests.Verification.WebhookPost;

namespace Stillwatch.Gateway.Tests.Verification;

public sealed class VerificationWebhookTests : IDisposable
{
    readonly WebhookPost _post = new();

    public void Dispose() => _post.Dispose();

    [Fact]
    public async Task A_signed_event_raises_the_level_and_stands_in_the_history()
    {
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_1", more: ",\"verified_country\":\"de\",\"unknown_member\":[1]")));
        Assert.Equal((VerificationLevel.Person, "DE"), (_post.Level, _post.Register.Standings.Of("a", null).Account.VerifiedCountry));
        var change = _post.Register.Store.History(RecordKinds.Account, "a", 10).Single(change => change.What == "verification");
        Assert.Equal((null, "person", "v", ChangeSource.Webhook, "event evt_1"), (change.From, change.To, change.By, change.Source, change.Reason));
    }

    [Fact]
    public async Task An_organizations_event_reaches_its_accounts()
    {
        Assert.Equal((200, "applied"), await _post.SendAsync("""{"id":"evt_1","organization":"o","level":"organization"}"""));
        Assert.Equal(VerificationLevel.Organization, _post.Level);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("t=1796040600")]
    [InlineData("v1=00")]
    [InlineData("t=,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("t=99999999999999999999,v1=0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task A_forged_webhook_changes_nothing(string? signature)
    {
        Assert.Equal((401, "invalid_signature"), await _post.DeliverAsync(Event("evt_1"), signature));
        Unchanged();
    }

    [Fact]
    public async Task Another_secret_another_body_another_time_or_a_cut_signature_is_forged()
    {
        var body = Event("evt_1");
        var right = WebhookSignature.Sign(Secret, _post.Time.GetUtcNow(), Encoding.UTF8.GetBytes(body));
        var seconds = _post.Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.Equal(401, (await _post.SendAsync(body, "another-secret-altogether")).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body.Replace("person", "organization", StringComparison.Ordinal), right)).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body + " ", right)).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body, right.Replace($"t={seconds}", $"t={seconds + 1}", StringComparison.Ordinal))).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body, right.Replace($"t={seconds}", $"t=0{seconds}", StringComparison.Ordinal))).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body, right[..^2])).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body, $"{right},t={seconds}")).Status);
        Assert.Equal(401, (await _post.DeliverAsync(body, right.Replace("v1=", "v0=", StringComparison.Ordinal))).Status);
        Unchanged();
        Assert.Equal(200, (await _post.DeliverAsync(body, right)).Status);
    }

    [Theory]
    [InlineData(-300, 200)]
    [InlineData(-301, 401)]
    [InlineData(300, 200)]
    [InlineData(301, 401)]
    public async Task A_signature_may_be_five_minutes_off_in_both_directions(int seconds, int status) =>
        Assert.Equal(status, (await _post.SendAsync(Event("evt_1"), offset: TimeSpan.FromSeconds(seconds))).Status);

    [Fact]
    public async Task A_recorded_delivery_is_worthless_later()
    {
        var signature = WebhookSignature.Sign(Secret, _post.Time.GetUtcNow(), Encoding.UTF8.GetBytes(Event("evt_1")));
        Assert.Equal((200, "applied"), await _post.DeliverAsync(Event("evt_1"), signature));
        Assert.Equal((200, "repeated"), await _post.DeliverAsync(Event("evt_1"), signature));
        _post.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal((401, "invalid_signature"), await _post.DeliverAsync(Event("evt_1"), signature));
    }

    [Fact]
    public async Task Secrets_can_be_changed_on_either_side_first()
    {
        _post.Config = new(["the-secret-that-comes", Secret], TimeSpan.FromMinutes(5));
        Assert.Equal(200, (await _post.SendAsync(Event("evt_1"))).Status);
        Assert.Equal(200, (await _post.SendAsync(Event("evt_2"), "the-secret-that-comes")).Status);
        _post.Config = new(["the-secret-that-comes"], TimeSpan.FromMinutes(5));
        Assert.Equal(401, (await _post.SendAsync(Event("evt_3"))).Status);
        var body = Encoding.UTF8.GetBytes(Event("evt_3"));
        var both = WebhookSignature.Sign(Secret, _post.Time.GetUtcNow(), body) + "," + WebhookSignature.Sign("the-secret-that-comes", _post.Time.GetUtcNow(), body).Split(',')[1];
        Assert.Equal(200, (await _post.DeliverAsync(Event("evt_3"), both)).Status);
    }

    [Fact]
    public async Task Without_a_secret_there_is_no_webhook()
    {
        _post.Config = new([], TimeSpan.FromMinutes(5));
        Assert.Equal((404, "unknown_path"), await _post.SendAsync(Event("evt_1"), ""));
        Unchanged();
        Assert.Equal((404, "unknown_path"), await _post.DeliverAsync("", null, "GET"));
        _post.Config = new([Secret], TimeSpan.FromMinutes(5));
        Assert.Equal((405, "method_not_allowed"), await _post.DeliverAsync("", null, "GET"));
    }

    [Fact]
    public async Task A_doubled_delivery_counts_once_even_at_the_same_moment()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _post.SendAsync(Event("evt_1")))));
        Assert.Single(answers, answer => answer == (200, "applied"));
        Assert.Equal(15, answers.Count(answer => answer == (200, "repeated")));
        Assert.Single(_post.Register.Store.History(RecordKinds.Account, "a", 10), change => change.What == "verification");
    }

    [Fact]
    public async Task Another_body_under_the_same_id_is_a_conflict_and_changes_nothing()
    {
        await _post.SendAsync(Event("evt_1", "contact"));
        Assert.Equal((409, "event_id_reused"), await _post.SendAsync(Event("evt_1", "organization")));
        Assert.Equal(VerificationLevel.Contact, _post.Level);
    }

    [Fact]
    public async Task A_level_goes_down_only_when_the_event_says_that_it_was_revoked()
    {
        await _post.SendAsync(Event("evt_1", "person"));
        Assert.Equal((200, "not_raised"), await _post.SendAsync(Event("evt_2", "contact")));
        Assert.Equal(VerificationLevel.Person, _post.Level);
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_3", "contact", ",\"revoked\":true")));
        Assert.Equal(VerificationLevel.Contact, _post.Level);
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_4", "organization", ",\"revoked\":true")));
        Assert.Equal(VerificationLevel.Contact, _post.Level); // taking away never gives
        Assert.Equal((200, "applied"), await _post.SendAsync("""{"id":"evt_5","account":"a","revoked":true}"""));
        Assert.Equal(VerificationLevel.None, _post.Level);
    }

    [Fact]
    public async Task A_late_delivery_does_not_undo_what_happened_after_it()
    {
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_2", "none", ",\"revoked\":true,\"occurred_at\":\"2026-11-24T12:09:00Z\"")));
        Assert.Equal((200, "superseded"), await _post.SendAsync(Event("evt_1", "person", ",\"occurred_at\":\"2026-11-24T12:08:00Z\"")));
        Assert.Equal(VerificationLevel.None, _post.Level);
        Assert.Equal((200, "repeated"), await _post.SendAsync(Event("evt_1", "person", ",\"occurred_at\":\"2026-11-24T12:08:00Z\"")));
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_3", "person", ",\"occurred_at\":\"2026-11-24T12:09:30Z\"")));
        Assert.Equal(VerificationLevel.Person, _post.Level);
    }

    [Fact]
    public async Task An_operators_later_word_stands_against_an_event_from_before_it()
    {
        _post.Register.Change(
            "a", (Recorded<AccountRecord>? stored) => stored! with { Value = stored.Value with { Verification = VerificationLevel.Contact } },
            _post.Register.Note(ChangeSource.Api, "Ada", "the document was forged"));
        Assert.Equal((200, "superseded"), await _post.SendAsync(Event("evt_1", more: ",\"occurred_at\":\"2026-11-24T12:09:59Z\"")));
        Assert.Equal(VerificationLevel.Contact, _post.Level);
        _post.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((200, "applied"), await _post.SendAsync(Event("evt_2")));
    }

    [Fact]
    public async Task A_verification_runs_out_and_leaves_what_was_there_before()
    {
        await _post.SendAsync(Event("evt_0", "contact"));
        await _post.SendAsync(Event("evt_1", more: ",\"expires\":\"2026-11-24T12:30:00Z\""));
        await _post.SendAsync(Event("evt_2", more: ",\"expires\":\"2026-11-24T12:40:00Z\"")); // renewed
        using var expiry = new LevelExpiry(_post.Register, _post.Time, NullLogger.Instance);
        _post.Time.Advance(TimeSpan.FromMinutes(25));
        Assert.Equal(VerificationLevel.Person, _post.Level);
        _post.Time.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal(VerificationLevel.Contact, _post.Level);
        Assert.Equal(ChangeSource.Expiry, _post.Register.Store.History(RecordKinds.Account, "a", 1)[0].Source);
        Assert.Equal((200, "expired"), await _post.SendAsync(Event("evt_3", more: ",\"expires\":\"2026-11-24T12:35:00Z\"")));
        Assert.Equal(VerificationLevel.Contact, _post.Level);
    }

    [Fact]
    public async Task An_unknown_account_is_told_and_can_be_reported_again_when_it_exists()
    {
        const string Body = """{"id":"evt_1","account":"later","level":"person"}""";
        Assert.Equal((404, "unknown_account"), await _post.SendAsync(Body));
        Assert.Equal((404, "unknown_account"), await _post.SendAsync("""{"id":"evt_2","organization":"later","level":"person"}"""));
        _post.Register.Import([new AccountRecord { Account = "later" }], [], _post.Register.Note(ChangeSource.Import, "test", "test"));
        Assert.Equal((200, "applied"), await _post.SendAsync(Body));
        Assert.Equal((200, "applied"), await _post.SendAsync("""{"id":"evt_3","account":"has-a-key","level":"person"}"""));
        Assert.Equal(VerificationLevel.Person, _post.Register.Standings.Of("has-a-key", null).Level);
        Assert.Equal((200, "applied"), await _post.SendAsync("""{"id":"evt_4","organization":"of-a-key","level":"person"}"""));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"evt_1","account":"a"}""")]
    [InlineData("""{"id":"evt_1","level":"person"}""")]
    [InlineData("""{"id":"evt_1","account":"a","organization":"o","level":"person"}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":"superhuman"}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":3}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":"none","level":"person"}""")]
    [InlineData("""{"id":"","account":"a","level":"person"}""")]
    [InlineData("""{"id":"evt 1\n","account":"a","level":"person"}""")]
    [InlineData("""{"id":null,"account":"a","level":"person"}""")]
    [InlineData("""{"id":"evt_1","account":"\ud800","level":"person"}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":"person","verified_country":"Germany"}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":"person","occurred_at":"yesterday"}""")]
    [InlineData("""{"id":"evt_1","account":"a","level":"person","occurred_at":"2026-11-24T12:15:01Z"}""")]
    public async Task A_signed_body_that_is_no_event_is_a_400(string body)
    {
        Assert.Equal((400, "invalid_event"), await _post.SendAsync(body));
        Unchanged();
    }

    [Fact]
    public async Task A_body_beyond_64_KiB_is_not_read()
    {
        var body = Event("evt_1", more: $",\"note\":\"{new string('x', 64 * 1024)}\"");
        Assert.Equal((413, "request_too_large"), await _post.SendAsync(body));
        var fits = Event("evt_1", more: ",\"note\":\"\"");
        Assert.Equal(200, (await _post.SendAsync(fits.Replace("\"note\":\"", "\"note\":\"" + new string('x', (64 * 1024) - fits.Length), StringComparison.Ordinal))).Status);
    }

    void Unchanged()
    {
        Assert.Equal(VerificationLevel.None, _post.Level);
        Assert.Null(_post.Register.Store.FindEvent("evt_1"));
        Assert.Empty(_post.Register.Store.History(RecordKinds.Account, "a", 10));
    }
}
