namespace Stillwatch.Verbs;

/// <summary>The data directory of a run that nobody asked to keep.</summary>
static class TemporaryFolder
{
    /// <summary>Removes it; says so when it cannot be. Null: there is none.</summary>
    public static void Remove(string? directory, TextWriter error)
    {
        try
        {
            if (directory is not null)
            {
                Directory.Delete(directory, recursive: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"{directory} could not be removed ({e.Message.TrimEnd('.')}); it holds this run's data, remove it by hand.");
        }
    }
}
