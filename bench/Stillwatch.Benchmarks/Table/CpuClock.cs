namespace Stillwatch.Benchmarks.Table;

/// <summary>CPU time of the process by whose work it was. Nothing else may run meanwhile.</summary>
internal sealed class CpuClock
{
    readonly Dictionary<string, TimeSpan> _spent = [];

    public void Charge(string to, Action work)
    {
        var start = Environment.CpuUsage.TotalTime;
        work();
        _spent[to] = _spent.GetValueOrDefault(to) + (Environment.CpuUsage.TotalTime - start);
    }

    /// <summary>Seconds so far; 0 for a name never charged.</summary>
    public double Seconds(string of) => _spent.GetValueOrDefault(of).TotalSeconds;
}
