using Microsoft.Data.Sqlite;
using Stillwatch.Storage.Audits;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class AuditLogTests : IDisposable
{
    static readonly DateTimeOffset Start = new(2027, 1, 1, 0, 0, 0, TimeSpan.Zero);
    static readonly byte[] Pepper = new byte[32];

    readonly TemporaryDirectory _temporary = new();
    readonly string _path;

    public AuditLogTests()
    {
        Directory.CreateDirectory(_temporary.Path);
        _path = Path.Combine(_temporary.Path, "audit.db");
    }

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Entries_come_back_as_they_were_the_newest_first_and_survive_a_restart()
    {
        var entry = Entry(1, "Ada") with { Role = "analyst", Reason = "<script>", Outcome = AuditOutcome.Refused, Detail = "no", Subject = "case case_1" };
        using (var log = AuditLog.Open(_path, Pepper))
        {
            log.Add(entry);
            log.Add(Entry(2, "Ben"));
        }

        using var again = AuditLog.Open(_path, Pepper);
        again.Add(Entry(3, "Ada"));
        Assert.Equal([3L, 2, 1], again.Page(new AuditQuery()).Select(row => row.Sequence));
        Assert.Equal(entry, again.Page(new AuditQuery(Before: 2))[0].Entry);
        Assert.Equal([3L, 1], again.Page(new AuditQuery(Who: "Ada")).Select(row => row.Sequence));
        Assert.Equal([1L], again.Page(new AuditQuery(Subject: "case case_1", Until: Start.AddMinutes(2))).Select(row => row.Sequence));
        Assert.Equal((3L, true), (again.Verify().Entries, again.Verify().IsWhole));
    }

    [Theory]
    [InlineData("DELETE FROM entries WHERE sequence = 2", 2, "entries 2 to 2 are missing")]
    [InlineData("DELETE FROM entries WHERE sequence = 1", 1, "entries 1 to 1 are missing")]
    [InlineData("DELETE FROM entries WHERE sequence = 4", 4, "ends at entry 3")]
    [InlineData("UPDATE entries SET who = 'Eve' WHERE sequence = 3", 3, "not the one that was written")]
    [InlineData("UPDATE entries SET detail = '' WHERE sequence = 2", 2, "not the one that was written")]
    [InlineData("DELETE FROM entries WHERE sequence < 3; UPDATE head SET first = 3, removed = 2, anchor = (SELECT hash FROM entries WHERE sequence = 3)", 3, "not the one that was written")]
    [InlineData("UPDATE head SET first = 3, removed = 2, anchor = (SELECT hash FROM entries WHERE sequence = 2); DELETE FROM entries WHERE sequence < 3", 3, "beginning of the log")]
    [InlineData("DELETE FROM entries WHERE sequence = 4; UPDATE head SET last = 3", 3, "newest entry is not")]
    public void What_was_changed_behind_the_logs_back_shows(string sql, int at, string says)
    {
        using (var log = AuditLog.Open(_path, Pepper))
        {
            for (var i = 1; i <= 4; i++)
            {
                log.Add(Entry(i, "Ada"));
            }
        }

        using (var connection = new SqliteConnection($"Data Source={_path};Pooling=false"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = $"DROP TRIGGER entries_do_not_change; DROP TRIGGER entries_go_by_retention; {sql}";
            command.ExecuteNonQuery();
        }

        using var tampered = AuditLog.OpenToRead(_path, Pepper);
        var verification = tampered.Verify();
        Assert.Equal(at, verification.FaultAt);
        Assert.Contains(says, verification.Says);
    }

    [Fact]
    public void The_file_itself_refuses_to_change_or_to_lose_an_entry()
    {
        using var log = AuditLog.Open(_path, Pepper);
        log.Add(Entry(1, "Ada"));
        using var connection = new SqliteConnection($"Data Source={_path};Pooling=false");
        connection.Open();
        foreach (var sql in (string[])["UPDATE entries SET who = 'Eve'", "DELETE FROM entries"])
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            Assert.Contains("audit log", Assert.Throws<SqliteException>(() => { command.ExecuteNonQuery(); }).Message);
        }
    }

    [Fact]
    public void Retention_takes_the_oldest_and_counts_them_and_the_chain_goes_on()
    {
        using var log = AuditLog.Open(_path, Pepper);
        var head = "";
        for (var i = 1; i <= 5; i++)
        {
            log.Add(Entry(i, "Ada"));
            head = i == 3 ? log.Verify().Head : head;
        }

        Assert.Equal(3, log.RemoveOlderThan(Start.AddMinutes(4), Start.AddDays(1)));
        Assert.Equal(0, log.RemoveOlderThan(Start.AddMinutes(4), Start.AddDays(1)));
        Assert.Equal(2, log.RemoveOlderThan(Start.AddMinutes(9), Start.AddDays(2)));
        var verification = log.Verify();
        Assert.Equal((true, 2L, 5L), (verification.IsWhole, verification.Entries, verification.Removed));
        var rows = log.Page(new AuditQuery());
        Assert.Equal([7L, 6], rows.Select(row => row.Sequence));
        Assert.Equal(("entries_removed", "entries 4 to 5"), (rows[0].Entry.Action, rows[0].Entry.Subject));
        Assert.StartsWith("5 removed so far", rows[0].Entry.Detail);
        Assert.False(log.Verify(head).IsWhole); // the entry it names is gone
        Assert.True(log.Verify(verification.Head).IsWhole);
    }

    [Fact]
    public void A_head_that_was_kept_elsewhere_shows_a_log_that_was_written_anew()
    {
        string head;
        using (var log = AuditLog.Open(_path, Pepper))
        {
            log.Add(Entry(1, "Ada"));
            head = log.Verify().Head;
            log.Add(Entry(2, "Ada"));
            Assert.True(log.Verify(head).IsWhole);
        }

        File.Delete(_path);
        File.Delete($"{_path}-wal");
        using var anew = AuditLog.Open(_path, Pepper);
        anew.Add(Entry(1, "Eve"));
        Assert.True(anew.Verify().IsWhole);
        Assert.False(anew.Verify(head).IsWhole);
    }

    [Fact]
    public void A_page_that_is_drawn_again_is_told_once_a_minute_and_what_is_long_is_cut_and_says_so()
    {
        using var log = AuditLog.Open(_path, Pepper);
        foreach (var second in (int[])[0, 10, 59, 60, 61])
        {
            log.Saw("Ada", "viewer", AuditFace.Console, "case case_1", Start.AddSeconds(second));
        }

        log.Saw("Ben", "viewer", AuditFace.Console, "case case_1", Start);
        Assert.Equal(3, log.Page(new AuditQuery()).Count);
        log.Add(Entry(2, "Ada") with { Subject = new string('x', 5000) });
        var subject = log.Page(new AuditQuery())[0].Entry.Subject!;
        Assert.Equal((320, '…'), (subject.Length, subject[^1]));
        Assert.True(log.Verify().IsWhole);
    }

    static AuditEntry Entry(int minute, string who) => new() { At = Start.AddMinutes(minute), Who = who, Face = AuditFace.Console, Action = "saw" };
}
