using System.Globalization;

namespace Stillwatch.Benchmarks.Gateway;

/// <summary>What a process and everything below it takes, from /proc. The tree is found anew each time: nginx forks its workers.</summary>
internal sealed record ProcessTree(int Root)
{
    /// <summary>User and system time so far. The kernel shows hundredths of a second, cut from an exact sum.</summary>
    public double CpuSeconds() => Members().Sum(MeasuredProcess.CpuOf);

    /// <summary>Proportional set size: shared pages are split among those who share them, so the sum counts them once.</summary>
    public long PssBytes() => Members().Sum(PssOf);

    public int Threads() => Members().Sum(id => Directory.Exists($"/proc/{id}/task") ? Directory.GetDirectories($"/proc/{id}/task").Length : 0);

    List<int> Members()
    {
        var parents = Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0)
            .ToLookup(ParentOf);
        var members = new List<int> { Root };
        for (var i = 0; i < members.Count; i++)
        {
            members.AddRange(parents[members[i]]);
        }

        return members;
    }

    static int ParentOf(int id)
    {
        var text = MeasuredProcess.Read(id, "stat");
        return text.Length > 0 ? int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : -1;
    }

    static long PssOf(int id)
        => MeasuredProcess.Read(id, "smaps_rollup").Split('\n').FirstOrDefault(line => line.StartsWith("Pss:", StringComparison.Ordinal)) is { } line
            ? long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[^2], CultureInfo.InvariantCulture) << 10
            : 0;
}
