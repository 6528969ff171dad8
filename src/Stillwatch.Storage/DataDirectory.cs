using System.Security.Cryptography;
using System.Text;

namespace Stillwatch.Storage;

/// <summary>The folder a server keeps everything in: keys, exchange log, the secrets both depend on. Mode 0700, its secrets 0600.</summary>
/// <remarks>
/// <see cref="Lock"/> is for the one process that writes: a second one is refused while the first lives, however it ends, since the
/// system frees the lock. <see cref="Look"/> is for readers beside it. Thread-safe.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    /// <summary>Length of the detection key and of the pepper, bytes.</summary>
    public const int SecretBytes = 32;

    const int TokenCharacters = 43; // of 62: 256 bits
    const string Base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    readonly FileStream? _lock;

    DataDirectory(string root, FileStream? @lock) => (Root, _lock) = (root, @lock);

    /// <summary>As the operator named it.</summary>
    public string Root { get; }

    /// <summary>Keys issued by us, SQLite.</summary>
    public string KeysPath => At("stillwatch.db");

    /// <summary>The exchange log, SQLite.</summary>
    public string ExchangesPath => At("exchanges.db");

    /// <summary>Who made which batch and which file, SQLite.</summary>
    public string OwnershipPath => At("ownership.db");

    /// <summary>What the operator knows of accounts and organizations, SQLite.</summary>
    public string AccountsPath => At("accounts.db");

    /// <summary>Money spent, by budget and period, SQLite.</summary>
    public string SpendPath => At("spend.db");

    /// <summary>Cases, responses and appeals, SQLite.</summary>
    public string CasesPath => At("cases.db");

    /// <summary>What was learned of the traffic (<c>stillwatch calibrate</c>), JSON; read at start where it exists.</summary>
    public string CalibrationPath => At("calibration.json");

    /// <summary>The same; null when nothing was learned.</summary>
    public string? LearnedCalibrationPath => File.Exists(CalibrationPath) ? CalibrationPath : null;

    /// <summary>Who saw and did what, SQLite.</summary>
    public string AuditPath => At("audit.db");

    /// <summary>Who may sign in to the console, SQLite.</summary>
    public string PeoplePath => At("people.db");

    /// <summary>Where texts go when the operator logs content.</summary>
    public string ContentPath => At("content");

    /// <summary>The bearer token of the admin API, one line of text.</summary>
    public string AdminTokenPath => At("admin.token");

    string AdminAddressPath => At("admin.address");

    string DetectionKeyPath => At("detection.key");

    string PepperPath => At("key.pepper");

    /// <summary>Files and folders that other users of the machine can read or write, a sentence each. To be said at start.</summary>
    public IReadOnlyList<string> Warnings =>
        OperatingSystem.IsWindows()
            ? []
            : [.. new[] { KeysPath, ExchangesPath, OwnershipPath, AccountsPath, SpendPath, CasesPath, AuditPath, PeoplePath, AdminTokenPath, DetectionKeyPath,
                PepperPath }
                .Where(path => File.Exists(path) && SecretFile.IsOpenToOthers(path))
                .Select(path => $"{path} can be read by other users of this machine; close it with: chmod 600 {path}")];

    /// <summary>Makes the directory if need be and takes it for this process.</summary>
    /// <exception cref="StorageUnusableException">Another process has it, or it cannot be made or written.</exception>
    public static DataDirectory Lock(string root)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(root);
            }
            else
            {
                Directory.CreateDirectory(root, SecretFile.OwnerOnly | UnixFileMode.UserExecute); // one that exists keeps its mode
            }

            var options = SecretFile.OwnedBy(FileMode.OpenOrCreate, FileAccess.ReadWrite);
            options.Share = FileShare.None;
            var directory = new DataDirectory(root, new FileStream(Path.Combine(root, "lock"), options));
            directory.ForgetAdminAddress(); // of a server that ended without a word
            return directory;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StorageUnusableException($"The data directory {root} cannot be written: {e.Message} Name another with --data, or run as its owner.", e);
        }
        catch (IOException e) when (Directory.Exists(root))
        {
            throw new StorageUnusableException(
                $"The data directory {root} is in use by another stillwatch. Stop that one, or name another directory with --data.", e)
            {
                IsInUse = true,
            };
        }
        catch (IOException e)
        {
            throw new StorageUnusableException($"The data directory {root} cannot be made: {e.Message} Name another with --data.", e);
        }
    }

    /// <summary>Opens an existing directory to read beside a running server. Makes nothing.</summary>
    /// <exception cref="StorageUnusableException">There is none.</exception>
    public static DataDirectory Look(string root) => Directory.Exists(root)
        ? new DataDirectory(root, null)
        : throw new StorageUnusableException($"There is no data directory {root}: name the one a server was started with (--data).");

    /// <summary>The secret of the sketches. The process that holds the lock makes it at its first start.</summary>
    /// <exception cref="StorageUnusableException">It is missing and must not be made here, or damaged.</exception>
    public byte[] DetectionKey() => Secret(DetectionKeyPath);

    /// <summary>The secret under which keys are stored and accounts named to upstreams.</summary>
    /// <exception cref="StorageUnusableException">It is missing and must not be made here, or damaged.</exception>
    public byte[] Pepper() => Secret(PepperPath);

    /// <summary>The admin API's token. The process that holds the lock makes it at its first start.</summary>
    /// <exception cref="StorageUnusableException">It is missing and must not be made here, or damaged.</exception>
    public string AdminToken()
    {
        if (_lock is not null && !File.Exists(AdminTokenPath))
        {
            SecretFile.Create(AdminTokenPath, Encoding.ASCII.GetBytes(RandomNumberGenerator.GetString(Base62, TokenCharacters) + "\n"));
        }

        return Encoding.ASCII.GetString(SecretFile.Read(AdminTokenPath, TokenCharacters + 1)).TrimEnd();
    }

    /// <summary>Where the server that has this directory is administered; null when it did not say. So that a command that names the directory finds it.</summary>
    public Uri? AdminAddress
    {
        get => File.Exists(AdminAddressPath) && Uri.TryCreate(File.ReadAllText(AdminAddressPath).Trim(), UriKind.Absolute, out var address) ? address : null;
        set => File.WriteAllText(AdminAddressPath, $"{value}\n");
    }

    public void Dispose()
    {
        if (_lock is not null)
        {
            ForgetAdminAddress();
            _lock.Dispose();
        }
    }

    void ForgetAdminAddress()
    {
        if (File.Exists(AdminAddressPath))
        {
            File.Delete(AdminAddressPath);
        }
    }

    byte[] Secret(string path) => _lock is null ? SecretFile.Read(path, SecretBytes) : SecretFile.ReadOrCreate(path, SecretBytes);

    string At(string name) => Path.Combine(Root, name);
}
