using System.Text;
using Stillwatch.Engine.Sketches;
using Stillwatch.Engine.Traits;

namespace Stillwatch.Engine.Displacements;

/// <summary>The findings of displacement trials under keyed names. Bounded: the oldest gives way, and is counted.</summary>
/// <remarks>Not thread-safe: the detector's caller adds, judgements read.</remarks>
internal sealed class DisplacementTable
{
    public const int MaxFindings = 1_024;

    const double MaxNats = 4;
    const double Inside = 0.5;

    readonly List<Trial> _trials = [];

    public long Dropped { get; private set; }

    public int Count => _trials.Count;

    public void Add(DisplacementFinding finding, DetectionKey key)
    {
        if (!double.IsFinite(finding.Nats) || !double.IsFinite(finding.ShiftedRatio))
        {
            throw new ArgumentException($"A finding weighs {finding.Nats} nats with a shifted ratio of {finding.ShiftedRatio}; both must be finite.", nameof(finding));
        }

        if (_trials.Count == MaxFindings)
        {
            _trials.RemoveAt(0);
            Dropped++;
        }

        ulong[] Names(IReadOnlyList<string> accounts) => [.. accounts.Select(a => key.Name(TraitKind.None, Encoding.UTF8.GetBytes(a))).Distinct().Order()];
        _trials.Add(new Trial(
            finding.At.ToUnixTimeMilliseconds(), Math.Clamp(finding.Nats, -MaxNats, MaxNats), finding.ShiftedRatio, Names(finding.Treated), Names(finding.Siblings)));
    }

    /// <summary>The trials ended by <paramref name="nowMs"/> whose accounts, treated and watched, mostly belong to <paramref name="members"/>; null for none.</summary>
    public Displacement? Of(IReadOnlySet<ulong> members, long nowMs)
    {
        var mine = _trials.Where(t => t.AtMs <= nowMs && IsMostly(t.Treated, members) && IsMostly(t.Siblings, members)).ToList();
        return mine.Count == 0
            ? null
            : new Displacement(
                mine.Count, mine.Sum(t => t.Nats), mine.Average(t => t.ShiftedRatio), mine.SelectMany(t => t.Treated).Distinct().Count(members.Contains));
    }

    static bool IsMostly(ulong[] accounts, IReadOnlySet<ulong> members) =>
        accounts.Length > 0 && accounts.Count(members.Contains) > Inside * accounts.Length;

    public void Write(BinaryWriter writer)
    {
        writer.Write(Dropped);
        writer.Write(_trials.Count);
        foreach (var trial in _trials)
        {
            writer.Write(trial.AtMs);
            writer.Write(trial.Nats);
            writer.Write(trial.ShiftedRatio);
            writer.WriteAll<ulong>(trial.Treated);
            writer.WriteAll<ulong>(trial.Siblings);
        }
    }

    public void Read(BinaryReader reader)
    {
        Dropped = reader.ReadInt64();
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            _trials.Add(new Trial(reader.ReadInt64(), reader.ReadDouble(), reader.ReadDouble(), reader.ReadAll<ulong>(), reader.ReadAll<ulong>()));
        }
    }

    sealed record Trial(long AtMs, double Nats, double ShiftedRatio, ulong[] Treated, ulong[] Siblings);
}

/// <summary>What the trials of one ring add up to.</summary>
/// <param name="Nats">Sum of the trials' weights: they are independent, each at a random time on accounts drawn anew.</param>
/// <param name="Treated">Members that were slowed in one of them.</param>
internal sealed record Displacement(int Trials, double Nats, double ShiftedRatio, int Treated);
