namespace Stillwatch.Gateway.Enforcement.Displacement;

/// <summary>The latest trials, for whoever must account for them; the log holds all. Not thread-safe: the desk's lock guards it.</summary>
sealed class TrialBook
{
    /// <summary>Trials remembered; the oldest gives way.</summary>
    public const int Max = 256;

    readonly List<TrialRecord> _records = [];

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<TrialRecord> All => [.. _records];

    /// <summary>Number of the case's latest trial, 0 for none that is remembered.</summary>
    public int LastOf(string @case) => _records.FindLast(r => r.Case == @case)?.Number ?? 0;

    public void Begin(TrialRecord record)
    {
        if (_records.Count == Max)
        {
            _records.RemoveAt(0);
        }

        _records.Add(record);
    }

    public void Amend(string @case, int number, Func<TrialRecord, TrialRecord> change)
    {
        var at = _records.FindLastIndex(r => r.Case == @case && r.Number == number);
        if (at >= 0)
        {
            _records[at] = change(_records[at]);
        }
    }
}
