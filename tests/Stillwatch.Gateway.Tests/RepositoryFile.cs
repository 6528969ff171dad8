namespace Stillwatch.Gateway.Tests;

/// <summary>A file of the checkout these tests were built from.</summary>
static class RepositoryFile
{
    public static string Read(string relative)
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Stillwatch.slnx")))
            {
                return File.ReadAllText(Path.Combine(at.FullName, relative));
            }
        }

        throw new DirectoryNotFoundException($"No Stillwatch.slnx above {AppContext.BaseDirectory}; run the tests from a checkout.");
    }
}
