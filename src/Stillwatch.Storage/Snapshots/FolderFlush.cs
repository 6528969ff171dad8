using System.Runtime.InteropServices;
using System.Text;

namespace Stillwatch.Storage.Snapshots;

/// <summary>Puts a folder's own entries on the disk, so that a rename in it outlives a loss of power. The base library cannot open a folder.</summary>
static class FolderFlush
{
    /// <exception cref="IOException">The system refuses.</exception>
    public static void Run(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return; // NTFS keeps renames in a journal of its own
        }

        var folder = Open([.. Encoding.UTF8.GetBytes(path), 0], 0); // O_RDONLY
        if (folder < 0)
        {
            throw new IOException($"The folder {path} cannot be opened to flush it: error {Marshal.GetLastPInvokeError()}.");
        }

        try
        {
            if (Sync(folder) != 0)
            {
                throw new IOException($"The folder {path} cannot be flushed: error {Marshal.GetLastPInvokeError()}.");
            }
        }
        finally
        {
            _ = Close(folder);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    static extern int Sync(int file);

    [DllImport("libc", EntryPoint = "close")]
    static extern int Close(int file);
}
