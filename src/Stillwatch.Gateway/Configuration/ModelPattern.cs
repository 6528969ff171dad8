namespace Stillwatch.Gateway.Configuration;

/// <summary>Model names with <c>*</c> for any run of characters, also none. Every other character stands for itself; case matters.</summary>
static class ModelPattern
{
    public const char Any = '*';

    public static bool IsPattern(string match) => match.Contains(Any);

    /// <summary>At most pattern times name steps: only the last <c>*</c> is ever taken back.</summary>
    public static bool Matches(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name)
    {
        var (p, n, star, resume) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == Any)
            {
                (star, resume) = (p++, n);
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                (p, n) = (p + 1, n + 1);
            }
            else if (star >= 0)
            {
                (p, n) = (star + 1, ++resume);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].Trim(Any).IsEmpty;
    }

    /// <summary>Whether every name that <paramref name="narrow"/> matches is matched by <paramref name="wide"/> too.</summary>
    /// <remarks>A <c>*</c> in the narrow one is read as a letter that only a <c>*</c> of the wide one can take in.</remarks>
    public static bool Covers(string wide, string narrow) => Matches(wide, narrow.Replace(Any, '\uFFFF'));
}
