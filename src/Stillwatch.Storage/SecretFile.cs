using System.Security.Cryptography;

namespace Stillwatch.Storage;

/// <summary>A file that holds one secret, readable by its owner alone. Made once, whole or not at all.</summary>
static class SecretFile
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    const UnixFileMode ForOthers =
        UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The file's bytes; random ones are written first where there is no file.</summary>
    /// <exception cref="StorageUnusableException">It has another length, or cannot be read or written.</exception>
    public static byte[] ReadOrCreate(string path, int lengthBytes)
    {
        if (!File.Exists(path))
        {
            Create(path, RandomNumberGenerator.GetBytes(lengthBytes));
        }

        return Read(path, lengthBytes);
    }

    /// <exception cref="StorageUnusableException">It is missing, has another length, or cannot be read.</exception>
    public static byte[] Read(string path, int lengthBytes)
    {
        var bytes = Guarded(path, () => File.ReadAllBytes(path));
        return bytes.Length == lengthBytes
            ? bytes
            : throw new StorageUnusableException(
                $"{path} has {bytes.Length} bytes and should have {lengthBytes}: bring it back from a backup. What was made with it is lost without it.");
    }

    /// <summary>Moved into place when whole, so that a crash leaves no half secret behind.</summary>
    public static void Create(string path, ReadOnlySpan<byte> secret)
    {
        var bytes = secret.ToArray();
        Guarded<object?>(path, () =>
        {
            var partial = path + ".partial";
            File.Delete(partial);
            using (var file = new FileStream(partial, OwnedBy(FileMode.CreateNew, FileAccess.Write)))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path, overwrite: false);
            return null;
        });
    }

    /// <summary>Options that make a file only its owner can read, on systems that know owners.</summary>
    public static FileStreamOptions OwnedBy(FileMode mode, FileAccess access)
    {
        var options = new FileStreamOptions { Mode = mode, Access = access, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        return options;
    }

    public static bool IsOpenToOthers(string path) => !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ForOthers) != 0;

    static T Guarded<T>(string path, Func<T> use)
    {
        try
        {
            return use();
        }
        catch (FileNotFoundException e)
        {
            throw new StorageUnusableException(
                $"There is no {path}: the directory is no data directory, or no server has run on it yet. Name the one a server was started with (--data).", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StorageUnusableException($"{path} cannot be used: {e.Message} Run as the user who owns it.", e);
        }
    }
}
