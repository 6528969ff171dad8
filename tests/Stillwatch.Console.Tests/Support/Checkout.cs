namespace Stillwatch.Console.Tests.Support;

/// <summary>The checkout these tests were built from.</summary>
static class Checkout
{
    public static string Root { get; } = Above(AppContext.BaseDirectory);

    static string Above(string folder)
    {
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Stillwatch.slnx")))
            {
                return at.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No Stillwatch.slnx above {folder}; run the tests from a checkout.");
    }
}
