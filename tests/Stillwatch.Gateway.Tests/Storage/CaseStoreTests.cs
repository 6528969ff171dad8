using System.Text.Json;
using Microsoft.Data.Sqlite;
using Stillwatch.Engine.Responses;
using Stillwatch.Gateway.Tests.Enforcement;
using Stillwatch.Storage.Cases;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class CaseStoreTests
{
    [Fact]
    public void The_log_replayed_gives_the_same_state()
    {
        using var rig = new LadderRig();
        Live(rig);
        using var again = CaseStore.Open(rig.CasesPath);
        Assert.Equal(Text(rig.Picture), Text(again.Picture));
        Assert.Equal(rig.Picture.ResponsesOf("acct_000000", rig.Now).Select(found => found.Held.Action), again.Picture.ResponsesOf("acct_000000", rig.Now).Select(found => found.Held.Action));
    }

    [Theory]
    [InlineData("UPDATE entries SET body = '{}'")]
    [InlineData("DELETE FROM entries")]
    [InlineData("DELETE FROM entries WHERE sequence = 1")]
    public void The_file_itself_refuses_to_change_or_lose_an_entry(string sql)
    {
        using var rig = new LadderRig();
        rig.Apply(new ScriptedRing("C-1", ScriptedRing.Names(0, 5)));
        using var connection = new SqliteConnection($"Data Source={rig.CasesPath};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        Assert.Contains("never", Assert.Throws<SqliteException>(() => command.ExecuteNonQuery()).Message);
    }

    [Fact]
    public void An_action_is_found_by_account_and_case_and_read_on_from_where_one_was()
    {
        using var rig = new LadderRig();
        Live(rig);
        var all = rig.Store.Actions(null, null, 0, int.MaxValue);
        var first = rig.Store.Actions(null, null, 0, 2);
        Assert.Equal(all.Skip(2).Select(found => found.Action.Id), rig.Store.Actions(null, null, first[^1].Sequence, int.MaxValue).Select(found => found.Action.Id));
        Assert.All(rig.Store.Actions(null, "acct_000020", 0, int.MaxValue), found => Assert.Contains("acct_000020", found.Action.Accounts));
        var id = all[0].Action.Case!;
        Assert.All(rig.Store.Actions(id, null, 0, int.MaxValue), found => Assert.Equal(id, found.Action.Case));
    }

    [Fact]
    public void What_cannot_be_decided_writes_nothing()
    {
        using var rig = new LadderRig();
        Assert.Equal(CaseFault.UnknownCase, rig.Commands.Dismiss("case_none", "Ada", "why", rig.Now).Fault);
        Assert.Throws<InvalidOperationException>(() => rig.Store.Change(_ => throw new InvalidOperationException("no")));
        Assert.Empty(rig.Store.Page(0, 10));
    }

    static void Live(LadderRig rig)
    {
        rig.Apply(new ScriptedRing("C-1", ScriptedRing.Names(0, 10)) { ClassKeys = [5, ulong.MaxValue], MembershipRatio = 0.5 }, new ScriptedRing("C-2", ScriptedRing.Names(20, 6)));
        rig.Commands.Appeal("acct_000003", null, "\"Why\" me? \uD83D\uDE00", "me@example.org", rig.Now);
        rig.Pass(TimeSpan.FromHours(30));
        rig.Apply(new ScriptedRing("C-1", ScriptedRing.Names(0, 4)), new ScriptedRing("C-2", ScriptedRing.Names(4, 6)), new ScriptedRing("C-3", ScriptedRing.Names(20, 6), Rung.Verify));
        rig.Commands.Approve(rig.Picture.CaseOf["acct_000005"], Rung.Suspend, "Ada", "seen", null, rig.Now);
        rig.Commands.Overturn(rig.Picture.CaseOf["acct_000000"], ["acct_000000"], "Ada", "wrong", rig.Now);
        rig.Commands.Dismiss(rig.Picture.CaseOf["acct_000020"], "Ben", "a class", rig.Now);
        rig.Commands.Uphold(rig.Picture.CaseOf["acct_000005"], "Ben", "certain", rig.Now);
        rig.Commands.Repair("acct_000000", "Ben", "asked for", rig.Now);
    }

    static string Text(CasePicture picture) => JsonSerializer.Serialize(new
    {
        Cases = picture.Cases.Values.OrderBy(one => one.Id, StringComparer.Ordinal).Select(one => new
        {
            Case = one with
            {
                Accounts = [], Held = one.Held.Clear(), Restrictions = one.Restrictions.Clear(), TraitKeys = [], Kinds = [], Pending = null,
            },
            Accounts = one.Accounts.Order(StringComparer.Ordinal),
            Held = one.Held.OrderBy(held => held.Key, StringComparer.Ordinal),
            Restrictions = one.Restrictions.OrderBy(held => held.Key, StringComparer.Ordinal).Select(pair => new { pair.Key, pair.Value.From, pair.Value.Until }),
            Keys = one.TraitKeys.Order(), Kinds = one.Kinds.Order(StringComparer.Ordinal), Pending = one.Pending?.By,
        }),
        picture.Live,
        CaseOf = picture.CaseOf.OrderBy(pair => pair.Key, StringComparer.Ordinal),
        Appeals = picture.Appeals.Values.OrderBy(appeal => appeal.Id, StringComparer.Ordinal).Select(appeal => new { appeal.Id, appeal.Text, appeal.Contact, appeal.Account, Answer = appeal.Answer?.Text }),
        Dismissed = picture.Dismissals.All.Select(one => new { one.Case, one.By, one.IsForAccountsOnly, Keys = one.TraitKeys.Order(), Accounts = one.Accounts.Order(StringComparer.Ordinal) }),
        Examples = picture.Examples.Select(example => new { example.Case, example.Label, example.Logit }),
    });
}
