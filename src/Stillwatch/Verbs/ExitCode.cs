namespace Stillwatch.Verbs;

/// <summary>What the process says to a script (contract 5.5).</summary>
static class ExitCode
{
    public const int Done = 0;

    public const int Failed = 1;

    /// <summary>Wrong usage, or an unknown key in a configuration file.</summary>
    public const int WrongUsage = 2;

    /// <summary>The input is too bad to trust what was made of it.</summary>
    public const int BadInput = 3;
}
