using Stillwatch.Storage;

namespace Stillwatch.Gateway.Tests.Storage;

public sealed class DataDirectoryTests : IDisposable
{
    readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void Two_servers_do_not_share_a_directory()
    {
        using (DataDirectory.Lock(_temporary.Path))
        {
            var e = Assert.Throws<StorageUnusableException>(() => DataDirectory.Lock(_temporary.Path));
            Assert.Contains(_temporary.Path, e.Message);
            Assert.Contains("another stillwatch", e.Message);
        }

        DataDirectory.Lock(_temporary.Path).Dispose();
    }

    [Fact]
    public void Secrets_are_made_once_and_differ()
    {
        byte[] key, pepper;
        string token;
        using (var directory = DataDirectory.Lock(_temporary.Path))
        {
            (key, pepper, token) = (directory.DetectionKey(), directory.Pepper(), directory.AdminToken());
            Assert.Equal((DataDirectory.SecretBytes, DataDirectory.SecretBytes, 43), (key.Length, pepper.Length, token.Length));
            Assert.NotEqual(key, pepper);
        }

        using var again = DataDirectory.Look(_temporary.Path);
        Assert.Equal(key, again.DetectionKey());
        Assert.Equal(pepper, again.Pepper());
        Assert.Equal(token, again.AdminToken());
    }

    [Fact]
    public void A_reader_makes_nothing()
    {
        Assert.Throws<StorageUnusableException>(() => DataDirectory.Look(_temporary.Path));
        DataDirectory.Lock(_temporary.Path).Dispose();
        using var directory = DataDirectory.Look(_temporary.Path);
        Assert.Throws<StorageUnusableException>(() => directory.DetectionKey());
        Assert.Throws<StorageUnusableException>(() => directory.AdminToken());
        Assert.Equal(["lock"], Directory.EnumerateFileSystemEntries(_temporary.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_damaged_secret_is_refused_by_name_and_without_its_content()
    {
        using var directory = DataDirectory.Lock(_temporary.Path);
        File.WriteAllText(Path.Combine(_temporary.Path, "detection.key"), "canary");
        var e = Assert.Throws<StorageUnusableException>(() => directory.DetectionKey());
        Assert.Contains("detection.key has 6 bytes", e.Message);
        Assert.DoesNotContain("canary", e.ToString());
    }

    [Fact]
    public void Nobody_else_may_read_it()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("this system has no file modes");
            return;
        }

        using var directory = DataDirectory.Lock(_temporary.Path);
        directory.DetectionKey();
        directory.Pepper();
        directory.AdminToken();
        using var log = Stillwatch.Storage.Exchanges.ExchangeLog.Open(directory.ExchangesPath, "k");
        log.Append([ExchangeLogTests.Exchange(0)]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_temporary.Path));
        var files = Directory.GetFiles(_temporary.Path);
        Assert.Contains(files, path => path.EndsWith("exchanges.db-wal", StringComparison.Ordinal));
        foreach (var path in files)
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
        }

        Assert.Empty(directory.Warnings);

        File.SetUnixFileMode(directory.AdminTokenPath, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("chmod 600", Assert.Single(directory.Warnings));
    }
}
