using System.Text;
using Stillwatch.Engine.Judgement;
using Stillwatch.Storage.Snapshots;

namespace Stillwatch.Gateway.Tests.Storage;

/// <summary>Whatever moment a writer dies at, and whatever becomes of a file, the newest whole snapshot is found and nothing else is.</summary>
public sealed class SnapshotFolderTests : IDisposable
{
    readonly TemporaryDirectory _temporary = new();
    readonly SnapshotFolder _folder;

    public SnapshotFolderTests() => _folder = new SnapshotFolder(_temporary.Path);

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void What_was_written_is_read_back_the_newest_first_and_two_are_kept()
    {
        Assert.Empty(_folder.Newest());
        for (var row = 1; row <= 4; row++)
        {
            Assert.Equal(Write(row), new FileInfo(_folder.Newest().First().Path).Length);
        }

        Assert.Equal([4L, 3L], _folder.Newest().Select(file => file.Header!.LogRow));
        Assert.Equal(["state 4", "state 3"], _folder.Newest().Select(State));
        Assert.Equal([new Rejection("out-of-order", 2, "exchanges.db", 5)], _folder.Newest().First().Header!.Rejected);
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Only_its_owner_can_read_it()
    {
        Write(1);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Newest().Single().Path));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder.Path));
        }
    }

    [Fact]
    public void Killed_between_any_two_writes_the_one_before_stands_and_the_next_is_written()
    {
        Write(1);
        Write(2);
        for (var writes = 0; writes < 6; writes++)
        {
            var left = writes;
            Assert.Throws<IOException>(() => _folder.Write(Header(3), stream =>
            {
                while (left-- > 0)
                {
                    stream.Write(new byte[700_000]); // beyond the buffer, so that some of it is on the disk
                }

                throw new IOException("killed");
            }));
            Assert.Equal([2L, 1L], _folder.Newest().Select(file => file.Header!.LogRow));
        }

        Write(3);
        Assert.Equal([3L, 2L], _folder.Newest().Select(file => file.Header!.LogRow));
        Assert.Equal(2, Directory.GetFiles(_folder.Path).Length);

        // Killed after the rename, before the oldest went: one more is there, and the next writer makes room.
        File.Copy(_folder.Newest().First().Path, Path.Combine(_folder.Path, "000000000099.snapshot"));
        Write(4);
        Assert.Equal(["state 4", "state 3"], _folder.Newest().Select(State));
    }

    [Fact]
    public void Cut_off_anywhere_or_with_any_bit_turned_it_is_a_fault_and_the_one_before_is_whole()
    {
        Write(1);
        Write(2);
        var newest = _folder.Newest().First().Path;
        var whole = File.ReadAllBytes(newest);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(newest, whole[..length]);
            Assert.NotNull(_folder.Newest().First().Fault);
        }

        for (var at = 0; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << (at % 8));
            File.WriteAllBytes(newest, damaged);
            var found = _folder.Newest().ToList();
            Assert.True(found[0].Fault is not null && found[0].Header is null, $"byte {at}");
            Assert.Equal("state 1", State(found[1]));
        }

        File.WriteAllBytes(newest, [.. whole, 0]);
        Assert.NotNull(_folder.Newest().First().Fault);
        File.WriteAllBytes(newest, whole);
        Assert.Equal("state 2", State(_folder.Newest().First()));
    }

    [Fact]
    public void A_full_disk_leaves_the_older_ones_as_they_were()
    {
        Write(1);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "next.partial")); // what cannot be replaced
        Assert.ThrowsAny<Exception>(() => Write(2));
        Assert.Equal("state 1", State(_folder.Newest().Single()));
    }

    long Write(long row) => _folder.Write(Header(row), stream => stream.Write(Encoding.UTF8.GetBytes($"state {row}")));

    static string State(SnapshotFile file)
    {
        using var reader = new StreamReader(file.OpenState());
        return reader.ReadToEnd()[..7];
    }

    internal static SnapshotHeader Header(long row) => new()
    {
        State = 3, KeyId = "k", MemoryBytes = 1, AppsHash = "", PolicyHash = "p", LogRow = row, LogExchange = $"ex_{row}", Exchanges = row, Findings = 0,
        Rejected = [new Rejection("out-of-order", 2, "exchanges.db", 5)],
    };
}
