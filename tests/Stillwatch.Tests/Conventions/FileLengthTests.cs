namespace Stillwatch.Tests.Conventions;

/// <summary>Files stay short enough to be read in one sitting.</summary>
public sealed class FileLengthTests
{
    const int Usual = 400;
    const int Most = 500;
    const int MostOfATest = 600;

    /// <summary>How a file over <see cref="Usual"/> lines must begin, followed by the reason.</summary>
    const string Excuse = "// Long because ";

    [Fact]
    public void No_file_is_too_long()
        => Assert.Empty(Repository.Files("", ".cs").Select(path => Fault(path, Repository.Read(path))).OfType<string>());

    [Theory]
    [InlineData("src/A.cs", 401, "", true)]
    [InlineData("src/A.cs", 400, "", false)]
    [InlineData("src/A.cs", 401, Excuse + "the table belongs together.\n", false)]
    [InlineData("src/A.cs", 501, Excuse + "the table belongs together.\n", true)]
    [InlineData("tests/A.cs", 600, "", false)]
    [InlineData("tests/A.cs", 601, Excuse + "the table belongs together.\n", true)]
    public void A_file_over_the_limit_is_noticed(string path, int lines, string start, bool isFault)
        => Assert.Equal(isFault, Fault(path, start + new string('\n', lines - (start.Length > 0 ? 1 : 0))) is not null);

    static string? Fault(string path, string text)
    {
        var lines = text.Count(c => c == '\n');
        var most = path.StartsWith("tests/", StringComparison.Ordinal) ? MostOfATest
            : text.StartsWith(Excuse, StringComparison.Ordinal) ? Most
            : Usual;
        return lines > most ? $"{path} has {lines} lines; {most} are allowed here" : null;
    }
}
