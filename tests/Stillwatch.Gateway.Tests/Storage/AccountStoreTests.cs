using System.Diagnostics;
using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class AccountStoreTests : IDisposable
{
    static readonly DateTimeOffset Noon = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    readonly TemporaryDirectory _directory = new();
    AccountStore _store;

    public AccountStoreTests() => _store = Open();

    public void Dispose()
    {
        _store.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_record_its_history_and_an_event_survive_reopening()
    {
        var full = new AccountRecord
        {
            Account = "a", Organization = "o", Created = Noon, Status = "active", Verification = VerificationLevel.Person, Programme = "startup", Payment = "pm_1",
            DeclaredCountry = "DE", Licence = new Licence("evaluation", "model-*", new DateOnly(2027, 1, 31), "Ada"),
        };
        _store.Change(
            RecordKinds.Account, "a", _ => new Recorded<AccountRecord>(full) { StatedMs = 1, EventMs = 2, LevelUntilMs = 3, LevelAfter = VerificationLevel.Payment },
            Note(ChangeSource.Api), () => new SeenEvent("evt_1", new byte[] { 1, 2 }, Noon.ToUnixTimeMilliseconds(), "Applied"));
        Reopen();
        var found = _store.Find(RecordKinds.Account, "a")!;
        Assert.Equal(new Recorded<AccountRecord>(full) { StatedMs = 1, EventMs = 2, LevelUntilMs = 3, LevelAfter = VerificationLevel.Payment }, found);
        var history = _store.History(RecordKinds.Account, "a", 100);
        Assert.Equal(["declared_country", "licence", "organization", "programme", "status", "verification"], history.Select(change => change.What).Order(StringComparer.Ordinal));
        Assert.Contains(history, change => change is { What: "licence", From: null, To: "evaluation of model-*, until 2027-01-31, granted by Ada", By: "Ada", Reason: "because" });
        Assert.Equal("Applied", _store.FindEvent("evt_1")!.Outcome);
        Assert.Equal(["a"], _store.Expired(RecordKinds.Account, 3));
        Assert.Empty(_store.Expired(RecordKinds.Account, 2));
        Assert.Null(_store.Find(RecordKinds.Organization, "a"));
    }

    [Fact]
    public void The_history_can_neither_be_changed_nor_deleted()
    {
        Set("a", record => record with { Status = "closed" });
        using var connection = new SqliteConnection($"Data Source={Path.Combine(_directory.Path, "accounts.db")};Pooling=False");
        connection.Open();
        foreach (var sql in (string[])["DELETE FROM changes", "UPDATE changes SET by = 'nobody'"])
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.Contains("append-only", Assert.Throws<SqliteException>(() => { command.ExecuteNonQuery(); }).Message);
        }
    }

    [Fact]
    public void An_edit_that_fails_leaves_nothing_behind()
    {
        Assert.Throws<InvalidOperationException>(() => _store.Change(
            RecordKinds.Account, "a", _ => new Recorded<AccountRecord>(new AccountRecord { Account = "a" }), Note(ChangeSource.Api), () => throw new InvalidOperationException()));
        Assert.Null(_store.Find(RecordKinds.Account, "a"));
        Set("a", record => record with { Status = "closed" }); // and the store goes on
        Assert.NotNull(_store.Find(RecordKinds.Account, "a"));
    }

    [Fact]
    public void Events_are_forgotten_after_a_month_and_not_before()
    {
        Remember("old", Noon);
        Remember("new", Noon + AccountStore.EventMemory);
        Assert.NotNull(_store.FindEvent("old"));
        Remember("newer", Noon + AccountStore.EventMemory + TimeSpan.FromMilliseconds(1));
        Assert.Null(_store.FindEvent("old"));
        Assert.NotNull(_store.FindEvent("new"));
    }

    [Fact]
    public void Lists_are_cut_by_what_is_asked_for_and_come_in_pages()
    {
        _store.ImportFile(
            RecordKinds.Account,
            Enumerable.Range(0, 100).Select(i => new AccountRecord
            {
                Account = $"a{i:00}", Verification = i % 4 == 0 ? null : (VerificationLevel)(i % 4), Programme = i % 2 == 0 ? "research" : null, Status = i < 50 ? "active" : "closed",
            }),
            Noon, Note(ChangeSource.File));
        Assert.Equal(["a00", "a01", "a02"], Ids(new AccountQuery(null, 3)));
        Assert.Equal(["a03", "a04"], Ids(new AccountQuery("a02", 2)));
        Assert.Equal(25, Ids(new AccountQuery(null, 1000, VerificationLevel.Payment)).Count);
        Assert.Equal(25, Ids(new AccountQuery(null, 1000, VerificationLevel.None)).Count);
        Assert.Equal(["a02", "a06"], Ids(new AccountQuery(null, 2, VerificationLevel.Payment, "active", "research")));
        Assert.Empty(Ids(new AccountQuery(null, 2, Programme: "' OR 1=1 --")));
    }

    [Fact]
    public void What_an_act_set_is_not_undone_by_an_older_file_nor_by_a_silent_one()
    {
        File(Noon.AddHours(-2), new AccountRecord { Account = "a", Verification = VerificationLevel.Contact, Status = "active", Payment = "pm_1" });
        Set("a", record => record with { Verification = VerificationLevel.Person, Status = "suspended" });

        File(Noon.AddHours(-1), new AccountRecord { Account = "a", Verification = VerificationLevel.None, Status = "active", Payment = "pm_2" });
        Assert.Equal((VerificationLevel.Person, "suspended", "pm_2"), Now("a")); // older than the act; facts no act has set follow the file

        File(Noon, new AccountRecord { Account = "a", Verification = VerificationLevel.None, Payment = "pm_3" });
        Assert.Equal((VerificationLevel.Person, "suspended", "pm_3"), Now("a")); // as old as the act

        File(Noon.AddHours(1), new AccountRecord { Account = "a", Payment = "pm_4" });
        Assert.Equal((VerificationLevel.Person, "suspended", "pm_4"), Now("a")); // newer, but silent

        File(Noon.AddHours(2), new AccountRecord { Account = "a", Verification = VerificationLevel.Payment });
        Assert.Equal((VerificationLevel.Payment, "suspended", null), Now("a")); // newer, and says it
    }

    [Fact]
    public void A_revoked_licence_does_not_come_back_with_an_older_file()
    {
        var licensed = new AccountRecord { Account = "a", Licence = new Licence("distillation", null, null, null) };
        File(Noon.AddHours(-2), licensed);
        Set("a", record => record with { Licence = null });
        File(Noon.AddHours(-1), licensed with { Referral = "changed" });
        Assert.Null(_store.Find(RecordKinds.Account, "a")!.Value.Licence);
        File(Noon.AddHours(1), licensed);
        Assert.NotNull(_store.Find(RecordKinds.Account, "a")!.Value.Licence);
    }

    [Fact]
    public void What_no_act_has_set_is_as_the_last_file_says_also_when_it_says_less()
    {
        File(Noon, new AccountRecord { Account = "a", Verification = VerificationLevel.Person, Programme = "startup" });
        File(Noon.AddHours(-5), new AccountRecord { Account = "a", Verification = VerificationLevel.Contact });
        Assert.Equal(VerificationLevel.Contact, _store.Find(RecordKinds.Account, "a")!.Value.Verification);
        Assert.Null(_store.Find(RecordKinds.Account, "a")!.Value.Programme);
    }

    [Fact]
    public void Records_stated_to_the_api_hold_against_an_older_file_and_keep_what_they_are_silent_on()
    {
        File(Noon.AddHours(-2), new AccountRecord { Account = "a", Payment = "pm_1", Programme = "research" });
        _store.ImportStated(
            RecordKinds.Account,
            [new AccountRecord { Account = "a", Verification = VerificationLevel.Person }, new AccountRecord { Account = "new", Verification = VerificationLevel.Person }], Note(ChangeSource.Import));
        var a = _store.Find(RecordKinds.Account, "a")!.Value;
        Assert.Equal((VerificationLevel.Person, "pm_1", "research"), (a.Verification!.Value, a.Payment, a.Programme));
        File(
            Noon.AddHours(-1), new AccountRecord { Account = "a", Verification = VerificationLevel.None }, new AccountRecord { Account = "new", Verification = VerificationLevel.None });
        Assert.Equal(VerificationLevel.Person, _store.Find(RecordKinds.Account, "a")!.Value.Verification);
        Assert.Equal(VerificationLevel.Person, _store.Find(RecordKinds.Account, "new")!.Value.Verification);
    }

    [Fact]
    public void A_hundred_thousand_records_are_in_and_a_second_time_only_the_changed_one_is()
    {
        var records = Enumerable.Range(0, 100_000).Select(i => new AccountRecord
        {
            Account = $"acct_{i:000000}", Organization = $"org_{i % 1000}", Created = Noon, Status = "active", Verification = VerificationLevel.Payment,
            EmailDomain = "example.org", Payment = $"pm_{i}", Device = $"dev_{i}", DeclaredCountry = "DE", SignupIp = "198.51.100.4",
        }).ToList();
        var clock = Stopwatch.StartNew();
        var told = 0;
        Assert.Equal(new ImportTally(100_000, 0, 0), _store.ImportFile(RecordKinds.Account, records, Noon, Note(ChangeSource.File), _ => told++));
        TestContext.Current.SendDiagnosticMessage($"100,000 records in {clock.ElapsedMilliseconds} ms");
        Assert.Equal(100_000, told);
        records[7] = records[7] with { Verification = VerificationLevel.Person };
        Assert.Equal(new ImportTally(0, 1, 99_999), _store.ImportFile(RecordKinds.Account, records, Noon, Note(ChangeSource.File), _ => told++));
        Assert.Equal(100_001, told);
        Assert.Equal(("payment", "person"), _store.History(RecordKinds.Account, records[7].Account, 10).Select(change => (change.From!, change.To!)).Single());
        Assert.Equal(100_000, _store.All(RecordKinds.Account).Count);
    }

    [Theory]
    [InlineData("""{"account":"a","licence":{"purpose":"anything"}}""", "licence.purpose anything")]
    [InlineData("""{"account":"a","licence":{"purpose":"Distillation"}}""", "licence.purpose")]
    [InlineData("""{"account":"a","declared_country":"Germany"}""", "declared_country Germany")]
    [InlineData("""{"account":"a","programme":"studnet"}""", "programme studnet")]
    [InlineData("""{"account":"a\u0000b"}""", "account")]
    public void A_word_nobody_acts_on_is_a_fault(string line, string says)
    {
        Assert.True(RecordLine.TryParse(System.Text.Encoding.UTF8.GetBytes(line), out AccountRecord? record, out _));
        Assert.False(RecordCheck.TryClean(record!, out _, out var fault));
        Assert.Contains(says, fault);
    }

    [Fact]
    public void Countries_are_kept_in_upper_case_so_that_no_rule_is_passed_by_spelling()
    {
        Assert.True(RecordCheck.TryClean(new AccountRecord { Account = "a", BillingCountry = "kp", PhoneCountry = "" }, out var clean, out _));
        Assert.Equal(("KP", null), (clean.BillingCountry, clean.PhoneCountry));
        Assert.True(RecordCheck.TryClean(new OrganizationRecord { Organization = "o", Country = "de", Owners = [new("p", "kp", 0.5)] }, out var organization, out _));
        Assert.Equal(("DE", "KP"), (organization.Country, organization.Owners[0].Country));
        Assert.False(RecordCheck.TryClean(new OrganizationRecord { Organization = "o", Owners = [new("p", null, 51)] }, out _, out var fault));
        Assert.Contains("0.51", fault);
    }

    (VerificationLevel, string?, string?) Now(string account) => _store.Find(RecordKinds.Account, account)!.Value is var a ? (a.Verification!.Value, a.Status, a.Payment) : default;

    List<string> Ids(AccountQuery query) => [.. _store.Accounts(query).Select(account => account.Value.Account)];

    void File(DateTimeOffset written, params AccountRecord[] records) => _store.ImportFile(RecordKinds.Account, records, written, Note(ChangeSource.File));

    void Set(string account, Func<AccountRecord, AccountRecord> edit) => _store.Change(
        RecordKinds.Account, account, stored => (stored ?? new(new AccountRecord { Account = account })) is var found ? found with { Value = edit(found.Value) } : null, Note(ChangeSource.Api));

    void Remember(string id, DateTimeOffset at) => _store.Change(
        RecordKinds.Account, "a", stored => stored, Note(ChangeSource.Webhook), () => new SeenEvent(id, new byte[] { 1 }, at.ToUnixTimeMilliseconds(), "Applied"));

    static ChangeNote Note(ChangeSource source) => new(source, "Ada", "because", Noon);

    void Reopen()
    {
        _store.Dispose();
        _store = Open();
    }

    AccountStore Open() => AccountStore.Open(Path.Combine(Directory.CreateDirectory(_directory.Path).FullName, "accounts.db"));
}
