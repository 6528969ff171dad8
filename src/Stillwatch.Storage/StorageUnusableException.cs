namespace Stillwatch.Storage;

/// <summary>The data directory or a file in it cannot be used. The message names it and the cure, and holds no secret.</summary>
public sealed class StorageUnusableException(string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary>Another process has it; nothing is wrong with it.</summary>
    public bool IsInUse { get; init; }
}
