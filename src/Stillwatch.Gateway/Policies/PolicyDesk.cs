using Stillwatch.Gateway.Configuration;

namespace Stillwatch.Gateway.Policies;

/// <summary>The policy as people edit it.</summary>
/// <param name="Text">The file's text; the default policy's where there is no file.</param>
/// <param name="Hash">Of the policy in force.</param>
/// <param name="File">Null where the server was started without one: then it can be replayed, and not applied.</param>
/// <param name="Faults">Why the file's newest edition was refused; the last good one is in force.</param>
sealed record PolicyEdition(string Text, string Hash, string Mode, string? File, IReadOnlyList<string> Faults);

/// <summary>What became of an edit.</summary>
/// <param name="Conflict">The policy in force is no longer the one that was edited.</param>
sealed record PolicyOutcome(bool IsApplied, string? Hash, IReadOnlyList<string> Faults, IReadOnlyList<string> Warnings, bool Conflict = false);

/// <summary>Shows the policy in force, checks an edit, puts it into force through its file. Thread-safe.</summary>
/// <param name="watcher">Follows the file; null where the server was started without one.</param>
/// <param name="path">The file.</param>
sealed class PolicyDesk(PolicyWatcher? watcher, string? path, Func<AccessPolicy> inForce, Func<string, string?> environment)
{
    readonly Lock _lock = new(); // one edit at a time

    public PolicyEdition Current()
    {
        var policy = inForce();
        var file = watcher is null || path is null ? null : path;
        var text = file is null ? PolicyText.Of(policy) : ConfigText.Read(file) is { Text: { } read } ? read : PolicyText.Of(policy);
        return new PolicyEdition(
            text, policy.Hash, PolicyWords.Modes.Of(policy.Mode), file, watcher is { Status.IsCurrent: false } ? [.. watcher.Status.Faults.Select(fault => fault.ToString())] : []);
    }

    /// <summary>Everything that is wrong with a text, and every rule of it that would do nothing.</summary>
    public PolicyReading Read(string text) => System.Text.Encoding.UTF8.GetByteCount(text) > ConfigText.MaxFileBytes
        ? new PolicyReading(null, [new ConfigFault(Name, 0, "", $"has more than {ConfigText.MaxFileBytes} bytes.")], [], [])
        : PolicyReader.Read(text, Name, environment, out _);

    /// <summary>Writes the file, whole or not at all, and has it read. What cannot be put into force is taken back.</summary>
    /// <param name="hashBefore">Of the policy that was edited: another person's edit in between is not overwritten.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public PolicyOutcome Apply(string text, string hashBefore)
    {
        if (watcher is null || path is null)
        {
            return new PolicyOutcome(false, null, ["The server was started without a policy file: start it with --policy FILE, and edits can be applied."], []);
        }

        lock (_lock)
        {
            var read = Read(text);
            IReadOnlyList<string> warnings = [.. read.Warnings.Select(warning => warning.ToString())];
            if (read.Policy is not { } policy)
            {
                return new PolicyOutcome(false, null, [.. read.Faults.Select(fault => fault.ToString())], warnings);
            }

            if (inForce().Hash != hashBefore)
            {
                return new PolicyOutcome(
                    false, null, [$"The policy in force is {inForce().Hash}, and {hashBefore} was edited: look at what changed, and edit again."], warnings, Conflict: true);
            }

            var before = File.ReadAllBytes(path);
            Write(System.Text.Encoding.UTF8.GetBytes(text));
            var status = watcher.Reload();
            if (status.IsCurrent && inForce().Hash == policy.Hash)
            {
                return new PolicyOutcome(true, policy.Hash, [], warnings);
            }

            Write(before);
            watcher.Reload();
            return new PolicyOutcome(false, null, [.. status.Faults.Select(fault => fault.ToString())], warnings);
        }
    }

    string Name => path ?? "policy.yaml";

    void Write(byte[] bytes)
    {
        var partial = $"{path}.partial";
        try
        {
            var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = File.GetUnixFileMode(path!);
            }

            using (var file = new FileStream(partial, options))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(partial, path!, overwrite: true);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{path} cannot be written: {e.Message}", e);
        }
    }
}
