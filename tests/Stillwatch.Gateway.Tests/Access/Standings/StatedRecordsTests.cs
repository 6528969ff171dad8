using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Stillwatch.Engine.Exchanges;
using Stillwatch.Gateway.Access.Standings;
using Stillwatch.Gateway.Configuration;
using Stillwatch.Gateway.Tests.Storage;
using Stillwatch.Storage;
using Stillwatch.Storage.Accounts;

namespace Stillwatch.Gateway.Tests.Access.Standings;

/// <summary>The configuration's files at start, and what was set while they lay there.</summary>
public sealed class StatedRecordsTests : IDisposable
{
    readonly TemporaryDirectory _directory = new();
    readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));

    public StatedRecordsTests() => Directory.CreateDirectory(_directory.Path);

    public void Dispose() => _directory.Dispose();

    string Accounts => Path.Combine(_directory.Path, "accounts.jsonl");

    string Organizations => Path.Combine(_directory.Path, "organizations.jsonl");

    [Fact]
    public void Both_files_are_in_after_the_start_and_stay_when_they_are_gone()
    {
        Write(Accounts, -1, """{"account":"a","organization":"o","declared_country":"de"}""");
        Write(Organizations, -1, """{"organization":"o","verification":"organization"}""");
        Start(register => Assert.Equal(("DE", VerificationLevel.Organization), (register.Standings.Of("a", null).Account.DeclaredCountry, register.Standings.Of("a", null).Level)));
        Start(register => Assert.Equal(VerificationLevel.Organization, register.Standings.Of("a", null).Level), new GatewayConfig());
    }

    [Fact]
    public void An_unchanged_file_is_not_imported_again_however_new_it_looks()
    {
        Write(Accounts, -1, """{"account":"a","verification":"contact"}""");
        Start(register => Set(register, VerificationLevel.Person));
        File.SetLastWriteTimeUtc(Accounts, _time.GetUtcNow().UtcDateTime.AddHours(5));
        Start(register => Assert.Equal(VerificationLevel.Person, register.Standings.Of("a", null).Level));
    }

    [Fact]
    public void A_changed_file_from_before_the_act_does_not_undo_it_and_one_from_after_does()
    {
        Write(Accounts, -5, """{"account":"a","verification":"contact"}""");
        Start(register => Set(register, VerificationLevel.Person));
        Write(Accounts, -1, """{"account":"a","verification":"none","programme":"startup"}""");
        Start(register =>
        {
            Assert.Equal((VerificationLevel.Person, "startup"), (register.Standings.Of("a", null).Level, register.Standings.Of("a", null).Account.Programme));
        });
        Write(Accounts, 1, """{"account":"a","verification":"none"}""");
        Start(register =>
        {
            Assert.Equal(VerificationLevel.None, register.Standings.Of("a", null).Level);
            var change = register.Store.History(RecordKinds.Account, "a", 10).First(change => change.What == "verification");
            Assert.Equal(("person", "none", ChangeSource.File, "accounts.jsonl"), (change.From, change.To, change.Source, change.By));
        });
    }

    [Fact]
    public void Few_bad_lines_are_left_out_and_many_stop_the_start()
    {
        var good = string.Join('\n', Enumerable.Range(0, 200).Select(i => $$"""{"account":"a{{i}}"}"""));
        Write(Accounts, -1, good + "\n" + """{"account":"licensed","licence":{"purpose":"whatever"}}""");
        Start(register => Assert.Equal((200, false), (register.Standings.Count, register.Standings.HasAccount("licensed"))));

        Write(Accounts, -1, """{"account":"a"}""" + "\n" + """{"account":"b","licence":{"purpose":"whatever"}}""");
        var refused = Assert.Throws<StorageUnusableException>(() => Start(_ => { }));
        Assert.Contains("licence.purpose whatever", refused.Message);
        Write(Accounts, -1, "{\n{");
        Assert.Throws<StorageUnusableException>(() => Start(_ => { }));
        File.Delete(Accounts);
        Assert.Throws<StorageUnusableException>(() => Start(_ => { }));
    }

    void Set(AccountRegister register, VerificationLevel level) => register.Change(
        "a", (Recorded<AccountRecord>? stored) => stored! with { Value = stored.Value with { Verification = level } }, register.Note(ChangeSource.Api, "Ada", "seen"));

    void Write(string path, int hours, string text)
    {
        File.WriteAllText(path, text + "\n");
        File.SetLastWriteTimeUtc(path, _time.GetUtcNow().UtcDateTime.AddHours(hours));
    }

    void Start(Action<AccountRegister> act, GatewayConfig? config = null)
    {
        using var store = AccountStore.Open(Path.Combine(_directory.Path, "accounts.db"));
        var register = new AccountRegister(store, new StandingBook(), _time);
        StatedRecords.Import(
            config ?? new GatewayConfig { Accounts = Accounts, Organizations = File.Exists(Organizations) ? Organizations : null }, register, NullLogger.Instance);
        act(register);
    }
}
