namespace Stillwatch.Gateway.Configuration;

/// <summary>The known ids, option names or configuration keys that a mistyped one most likely meant.</summary>
static class NearestIds
{
    // Longer ids are compared by their beginning: the cost of a comparison is the product of both lengths.
    const int Compared = 64;

    public static IReadOnlyList<string> To(string wanted, IEnumerable<string> known, int most = 3) =>
    [
        .. known.Distinct()
            .Select(id => (Id: id, Distance: Edits(Cut(wanted), Cut(id))))
            .OrderBy(other => other.Distance).ThenBy(other => other.Id, StringComparer.Ordinal)
            .Take(most)
            .Select(other => other.Id),
    ];

    /// <summary>Insertions, deletions and replacements that turn one into the other (Levenshtein 1966); letters of either case are one.</summary>
    public static int Edits(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        Span<int> row = stackalloc int[Compared + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    public static ReadOnlySpan<char> Cut(string id) => id.AsSpan(0, Math.Min(id.Length, Compared));
}
