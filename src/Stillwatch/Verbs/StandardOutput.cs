namespace Stillwatch.Verbs;

/// <summary>For verbs that write files too: a full disk behind standard output is not the fault of the directory they were given.</summary>
static class StandardOutput
{
    /// <param name="done">What has been done all the same, a sentence.</param>
    /// <returns>False when it could not be written; that has been said.</returns>
    public static bool TryWrite(Action write, string done, TextWriter error)
    {
        try
        {
            write();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            error.WriteLine($"Standard output cannot be written: {e.Message.TrimEnd('.')}. Send it where there is room. {done}");
            return false;
        }
    }
}
